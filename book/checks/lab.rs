//! Builds the labs' WebAssembly, copies the script that draws their timelines, and checks whether both are current.
//!
//! The file has a section with a hash of its sources, which browsers ignore.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};
use sha2::{Digest, Sha256};

use crate::pages::read;
use crate::root;

const TARGET: &str = "wasm32-wasip1";
/// The name of the section with the hash.
const SECTION: &str = "sources";
/// The command that builds the file.
pub const BUILD: &str = "cargo run -p book -- lab";

/// Where Debian's packages put the parts that rustup would install.
const DEBIAN: [&str; 5] = [
    "/usr/bin/rustc",
    "/usr/lib/rustlib/src/rust/library",
    "/usr/bin/wasm-ld",
    "/usr/bin/clang",
    "/usr/lib/wasm32-wasi/crt1-command.o",
];
const DEBIAN_PACKAGES: &str = "rustc-web rust-web-src wasi-libc lld clang libclang-rt-14-dev-wasm32";

/// The WebAssembly with all labs, which the book publishes.
pub fn wasm_file() -> PathBuf {
    root().join("book/src/lab/lab.wasm")
}

/// Where the script that draws timelines is, and where its copy is: mdBook serves only files of the book's own folder.
const RENDERER: [&str; 2] = ["mock-server/src/watch/page/timeline.js", "book/lab/page/timeline.js"];

/// Copies the script that draws timelines into the book.
///
/// # Errors
///
/// If a file can't be read or written.
pub fn copy_renderer() -> anyhow::Result<()> {
    let [original, copy] = RENDERER.map(|name| root().join(name));
    fs::copy(&original, &copy).with_context(|| format!("cannot copy {}", original.display()))?;
    Ok(())
}

/// Whether the book has the script as it is.
///
/// # Errors
///
/// If a file can't be read.
pub fn has_current_renderer() -> anyhow::Result<bool> {
    let [original, copy] = RENDERER.map(|name| read(&root().join(name)));
    Ok(original? == copy?)
}

/// Builds the WebAssembly and writes it into the book.
///
/// # Errors
///
/// If this machine can't build it, or a file can't be read or written.
pub fn build() -> anyhow::Result<()> {
    let hash = hash_of_sources()?;
    let folder = root().join("book/lab");
    let mut cargo = Command::new("cargo");
    cargo.current_dir(&folder).args(["build", "--release", "--locked", "--target", TARGET]);
    let mut flags: Vec<OsString> = vec!["--cfg".into(), "tokio_unstable".into()];
    flags.extend(without_paths()?);
    if rustup_has_target() {
        // Nothing else is needed.
    } else if DEBIAN.iter().all(|path| Path::new(path).exists()) {
        flags.extend(build_as_debian(&mut cargo, &folder)?);
    } else {
        bail!(
            "this machine can't build WebAssembly; `rustup target add {TARGET}`, or on Debian \
             `apt-get install {DEBIAN_PACKAGES}`"
        );
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join(&OsString::from("\x1f")));
    ensure!(cargo.status().context("cargo doesn't start")?.success(), "the labs don't compile");
    let built = folder.join("target").join(TARGET).join("release/lab.wasm");
    let mut wasm = fs::read(&built).with_context(|| format!("cannot read {}", built.display()))?;
    wasm.extend(section(&hash)?);
    let file = wasm_file();
    fs::write(&file, wasm).with_context(|| format!("cannot write {}", file.display()))
}

/// Whether the sources have changed since the WebAssembly was built from them.
///
/// # Errors
///
/// If a file can't be read.
pub fn is_stale() -> anyhow::Result<bool> {
    let file = wasm_file();
    let wasm = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(!wasm.ends_with(&section(&hash_of_sources()?)?))
}

/// A custom section of WebAssembly: its number, its size, the length of its name, its name, and its content.
fn section(content: &str) -> anyhow::Result<Vec<u8>> {
    let size = u8::try_from(1 + SECTION.len() + content.len())?;
    // A number from 128 on would take two bytes.
    ensure!(size < 128, "the hash is too long");
    let mut section = vec![0, size, SECTION.len() as u8];
    section.extend(SECTION.as_bytes());
    section.extend(content.as_bytes());
    Ok(section)
}

/// A hash of everything that the WebAssembly is made from, as hexadecimal digits.
fn hash_of_sources() -> anyhow::Result<String> {
    let mut hash = Sha256::new();
    for name in sources()? {
        // Git may have changed the line endings.
        let text = read(&root().join(&name))?.replace("\r\n", "\n");
        hash.update(format!("{name}\n{}\n{text}", text.len()));
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The files that the WebAssembly is made from, as paths from the root of the course, sorted.
///
/// # Errors
///
/// If a folder or the list of the lessons' files can't be read.
pub fn sources() -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for part in [".cargo", "event-log", "lessons", "model", "src", "web"] {
        add_files(&format!("book/lab/{part}"), &mut names)?;
    }
    for part in ["Cargo.lock", "Cargo.toml", "build.rs", "debian.c", "sources.txt"] {
        names.push(format!("book/lab/{part}"));
    }
    let lessons = read(&root().join("book/lab/sources.txt"))?;
    names
        .extend(lessons.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned));
    names.sort();
    Ok(names)
}

fn add_files(folder: &str, names: &mut Vec<String>) -> anyhow::Result<()> {
    let entries = fs::read_dir(root().join(folder)).with_context(|| format!("cannot read {folder}"))?;
    for entry in entries {
        let entry = entry?;
        let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() { add_files(&name, names)? } else { names.push(name) }
    }
    Ok(())
}

/// Flags that keep the paths of this machine out of the file. Panics and Tokio's spans contain file names.
fn without_paths() -> anyhow::Result<Vec<OsString>> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|home| home.join(".cargo"))).context("there's no home")?;
    let mut prefixes = vec![(home.clone(), "cargo")];
    // Each registry has a folder with its name. If several flags match, the last one counts.
    if let Ok(registries) = fs::read_dir(home.join("registry/src")) {
        prefixes.extend(registries.flatten().map(|registry| (registry.path(), "crates")));
    }
    prefixes.push((root(), "course"));
    let flag = |(path, name): (PathBuf, &str)| {
        let mut flag = OsString::from("--remap-path-prefix=");
        flag.push(path);
        flag.push(format!("={name}"));
        flag
    };
    Ok(prefixes.into_iter().map(flag).collect())
}

/// Whether the compiler has a standard library for WebAssembly.
fn rustup_has_target() -> bool {
    let printed = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output();
    let folder = printed.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    folder.is_ok_and(|folder| !folder.is_empty() && Path::new(&folder).exists())
}

/// Makes Debian's compiler build the standard library, too, and link Debian's libc. Returns the flags for that.
fn build_as_debian(cargo: &mut Command, folder: &Path) -> anyhow::Result<Vec<OsString>> {
    let target = folder.join("target");
    fs::create_dir_all(&target).with_context(|| format!("cannot create {}", target.display()))?;
    let object = target.join("debian.o");
    let mut clang = Command::new("clang");
    clang.arg("--target=wasm32-wasi").arg("-c").arg(folder.join("debian.c")).arg("-o").arg(&object);
    ensure!(clang.status().context("clang doesn't start")?.success(), "debian.c doesn't compile");
    // RUSTC_BOOTSTRAP makes a stable cargo accept -Z.
    cargo.arg("-Zbuild-std=std,panic_abort").env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1");
    let mut object_flag = OsString::from("-Clink-arg=");
    object_flag.push(object);
    let flags = [
        "-Clinker=/usr/bin/wasm-ld",
        "-Clinker-flavor=wasm-ld",
        "-Clink-self-contained=no",
        "-Clink-arg=/usr/lib/wasm32-wasi/crt1-command.o",
        "-Clink-arg=-L/usr/lib/wasm32-wasi",
        "-Clink-arg=-lc",
        "--remap-path-prefix=/usr/lib/rustlib/src/rust=rust",
    ];
    Ok(flags.into_iter().map(OsString::from).chain([object_flag]).collect())
}
