//! The C and C++ tests with compilers' checks of memory, of what is lost at the end, and of what the languages leave undefined; and the
//! library's own tests with rustc's.

mod library;

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::report::Report;
use crate::build::{self, SHARED};
use crate::command;
use crate::paths::at;
use crate::setup::Tools;

const FLAGS: &str = "-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer";
/// Folders of programs that CMake builds against an installed heFFTe.
const PROGRAMS: [&str; 2] = ["c", "cxx"];
/// What measures times, which are others here; and more than 2 ranks, which run the same code as 2 and only wait for a core.
const LEFT_OUT: &str = r"cost_of_calls|\.np([3-9]|[1-9][0-9]+)$";
/// All tests of a folder take a quarter of a minute.
const LIMIT: Duration = Duration::from_secs(5 * 60);

pub fn run(tools: &Tools, report: &mut Report) {
    for folder in PROGRAMS {
        let binary = at("build/sanitizers").join(folder);
        let built = report.check(&format!("tests/{folder} with checks"), || built(tools, folder, &binary));
        if built {
            let mut tests = tools.command("ctest");
            // Whatever is lost at the end is an error, in the library as in the test: both have their memory from one allocator.
            tests.arg("--test-dir").arg(&binary).args(["-V", "--no-tests=error", "-E", LEFT_OUT]);
            tests.envs(tools.launcher.variables_of_a_crowd().iter().copied()).envs(options());
            report.program_within(&format!("ctest of tests/{folder}"), &mut tests, LIMIT);
        }
    }
    library::run(tools, report);
}

/// The programs of a folder of tests, with checks, beside the library as it is installed.
fn built(tools: &Tools, folder: &str, binary: &Path) -> Result<()> {
    let mut configure = build::configure(tools, &at("tests").join(folder), binary);
    configure.arg(format!("-DHeffte_ROOT={}", SHARED.prefix().display()));
    configure
        .arg("-DCMAKE_BUILD_TYPE=None")
        .args(["C", "CXX"].map(|language| format!("-DCMAKE_{language}_FLAGS={FLAGS}")));
    command::run("configuring", &mut configure)?;
    command::run("building", build::cmake(tools).arg("--build").arg(binary)).map(|_| ())
}

/// What the checks are told as programs begin: what MPI keeps to the end is not ours to free.
fn options() -> [(&'static str, String); 2] {
    let known = at("tests/sanitizers/leaks.supp");
    [
        ("ASAN_OPTIONS", "detect_leaks=1".to_owned()),
        ("LSAN_OPTIONS", format!("suppressions={}:print_suppressions=0", known.display())),
    ]
}
