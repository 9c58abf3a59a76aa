// Debian's libc for WASI is older than its Rust standard library, which wants these two. A lab has no threads.
int pthread_join(unsigned long thread, void **result) {
    (void)thread;
    (void)result;
    return 45; // ENOTSUP
}
int pthread_detach(unsigned long thread) {
    (void)thread;
    return 45;
}
