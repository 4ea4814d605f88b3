//! Gives the shared library its soname.

fn main() {
    println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libheffte.so.2");
}
