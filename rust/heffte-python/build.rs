//! Gives the extension module the run-time path of its MPI.

fn main() {
    // Where the MPI lies, when it is not where the loader looks anyway; CMake knows.
    println!("cargo:rerun-if-env-changed=HEFFTE_RPATH");
    let directories = std::env::var("HEFFTE_RPATH").unwrap_or_default();
    for directory in directories.split(':').filter(|directory| !directory.is_empty()) {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-rpath,{directory}");
    }
}
