//! Which files of a package import from which. The tests of lesson 10 mount this file, too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{fs, io};

/// A module as its path in the crate, such as `["fault", "body"]`; the root is empty.
pub type Module = Vec<String>;

/// Every file of `folder`, as the module that it is and its text without comments and unit tests.
fn read_modules(folder: &Path, parent: &Module, modules: &mut BTreeMap<Module, String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let child: Module = parent.iter().cloned().chain([name.clone()]).collect();
        if path.is_dir() {
            read_modules(&path, &child, modules)?;
        } else if name != "main" {
            let module = if matches!(name.as_str(), "lib" | "mod") { parent.clone() } else { child };
            let text = fs::read_to_string(&path)?;
            let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            modules.insert(module, lines.collect::<Vec<_>>().join("\n"));
        }
    }
    Ok(())
}

/// The paths after each `crate::` and `super::`, as paths in the crate.
fn imports(module: &Module, is_folder: bool, text: &str) -> Vec<Module> {
    let parent = if is_folder { module.as_slice() } else { &module[..module.len().saturating_sub(1)] };
    let mut imports = Vec::new();
    for (keyword, start) in [("crate::", &[][..]), ("super::", parent), ("self::", module)] {
        for rest in text.split(keyword).skip(1) {
            // The names of `a::{b, c}` are paths of their own.
            let end = rest.find(|letter: char| !letter.is_alphanumeric() && !"_:".contains(letter));
            let (path, rest) = rest.split_at(end.unwrap_or(rest.len()));
            let group = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(group, _)| group);
            for name in group.unwrap_or_default().split(',') {
                let names = path.split("::").chain(name.trim().split("::"));
                let names = names.filter(|name| !name.is_empty()).map(str::to_owned);
                imports.push(start.iter().cloned().chain(names).collect());
            }
        }
    }
    imports
}

/// The modules of this package that each of its modules imports from, without its own submodules.
pub fn read() -> BTreeMap<Module, BTreeSet<Module>> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut modules = BTreeMap::new();
    read_modules(&source, &Module::new(), &mut modules).expect("the sources can be read");
    let is_folder =
        |module: &Module| modules.keys().any(|other| other.len() > module.len() && other.starts_with(module));
    let mut all = BTreeMap::new();
    for (module, text) in &modules {
        let mut targets = BTreeSet::new();
        for import in imports(module, is_folder(module), text) {
            // `fault::Fault` is in the module `fault`, whose file re-exports it.
            let target = (0..=import.len()).rev().map(|length| import[..length].to_vec());
            let target = target.into_iter().find(|path| modules.contains_key(path)).unwrap_or_default();
            if target != *module && !target.is_empty() {
                targets.insert(target);
            }
        }
        // A folder's own file may name its files without a keyword.
        let children =
            modules.keys().filter(|other| other.len() == module.len() + 1 && other.starts_with(module));
        let used = children.filter(|child| text.contains(&format!("use {}::", child[module.len()])));
        targets.extend(used.filter(|_| !module.is_empty()).cloned());
        all.insert(module.clone(), targets);
    }
    all
}

/// A line for each module that is in a circle of imports, or imports from one.
pub fn circles(mut imports: BTreeMap<Module, BTreeSet<Module>>) -> Vec<String> {
    // Modules that import from nothing are taken away until none is left, or only circles.
    while let Some(module) =
        imports.iter().find(|(_, targets)| targets.is_empty()).map(|(module, _)| module.clone())
    {
        imports.remove(&module);
        for targets in imports.values_mut() {
            targets.remove(&module);
        }
    }
    imports
        .iter()
        .map(|(module, targets)| {
            let targets: Vec<_> = targets.iter().map(|target| target.join("::")).collect();
            format!("{} imports from {}", module.join("::"), targets.join(", "))
        })
        .collect()
}
