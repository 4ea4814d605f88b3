//! What the programs print. Tools look for these labels: every byte counts.

use super::Kind;
use super::arguments::Problem;
use super::grids;
use super::measure::Measured;

/// A number as C++ streams show it.
fn default_stream(value: f64) -> String {
    heffte::trace::general(value, 6)
}

/// The line that sets results off, with the space that ends it.
fn dashes(count: usize) -> String {
    format!("{} \n", "-".repeat(count))
}

/// The whole output, with what is said of a wrong result.
pub fn text(problem: &Problem, measured: &Measured) -> String {
    let mut text =
        if problem.kind == Kind::Convolution { convolution(problem, measured) } else { speed(problem, measured) };
    if let Some(error) = measured.error.filter(|_| !measured.is_right(problem)) {
        text += &dashes(31);
        text += &format!(
            "ERROR: observed error after heFFTe benchmark exceeds the tolerance\n       tolerance: {}  error: {}\n",
            default_stream(problem.precision.tolerance()),
            default_stream(error)
        );
    }
    text
}

/// That of the program `convolution`.
fn convolution(problem: &Problem, measured: &Measured) -> String {
    let [nx, ny, nz] = problem.size;
    format!(
        "\n{line}heFFTe performance test\n{line}\
         Backend:   Convolution FFT^{{-1}} ( FFT(X).* FFT(Y) ) \n\
         Size input X:      {nx}x{ny}x{nz}\n\
         Size input Y:      {nx}x{ny}x{nz}\n\
         MPI ranks: {ranks:4}\n\
         Grids: {grids}\n\
         Time per run: {seconds} (s)\n\n",
        line = dashes(77),
        ranks = measured.ranks,
        grids = grids::shown(&measured.grids),
        seconds = default_stream(measured.seconds),
    )
}

/// That of the programs that go forward and backward.
fn speed(problem: &Problem, measured: &Measured) -> String {
    let [nx, ny, nz] = problem.size;
    let points = (nx * ny * nz) as f64;
    let gflops = 5.0 * problem.batch as f64 * points * points.log2() * 1e-9 / measured.seconds;
    let ends = match measured.error {
        Some(error) => format!(
            "Tolerance:    {}\nMax error:    {}\n",
            default_stream(problem.precision.tolerance()),
            default_stream(error)
        ),
        None => "(no error checking)\n".to_owned(),
    };
    format!(
        "\n{line}heFFTe performance test\n{line}\
         Backend:   {backend}\n\
         Size:      {nx}x{ny}x{nz}\n\
         MPI ranks: {ranks:4}\n\
         Grids: {grids}\n\
         Num runs:     {runs}\n\
         Time per run: {seconds} (s)\n\
         Performance:  {gflops} GFlops/s\n\
         Memory usage: {memory}MB/rank\n\
         {ends}\n",
        line = dashes(77),
        backend = problem.library.shown(measured.backend),
        ranks = measured.ranks,
        grids = grids::shown(&measured.grids),
        runs = problem.runs,
        seconds = default_stream(measured.seconds),
        gflops = default_stream(gflops),
        memory = measured.memory,
    )
}

#[cfg(test)]
mod tests {
    use super::super::arguments::{Request, parse};
    use super::*;

    fn problem(line: &str) -> Problem {
        match parse(Kind::C2c, line.split(' ').map(str::to_owned)) {
            Request::Run(problem) => *problem,
            other => panic!("{other:?}"),
        }
    }

    fn measured(error: Option<f64>) -> Measured {
        let (slabs, columns) = ([1, 2, 2], [2, 2, 1]);
        let grids = [slabs, slabs, columns, columns, slabs];
        Measured { ranks: 4, grids, backend: heffte::BackendKind::Stock, seconds: 0.0123, memory: 24, error }
    }

    #[test]
    fn the_labels_are_heffte_s_to_the_byte() {
        let expected = "\n\
            ----------------------------------------------------------------------------- \n\
            heFFTe performance test\n\
            ----------------------------------------------------------------------------- \n\
            Backend:   stock\n\
            Size:      128x128x128\n\
            MPI ranks:    4\n\
            Grids: (1, 2, 2)  -  (2, 2, 1)  -  (1, 2, 2)  \n\
            Num runs:     5\n\
            Time per run: 0.0123 (s)\n\
            Performance:  17.9025 GFlops/s\n\
            Memory usage: 24MB/rank\n\
            Tolerance:    1e-11\n\
            Max error:    3.33067e-16\n\
            \n";
        assert_eq!(text(&problem("stock double 128 128 128"), &measured(Some(3.330_669_07e-16))), expected);
    }

    #[test]
    fn without_an_error_check_it_says_so() {
        let shown = text(&problem("stock float 128 128 128 -no-error -n10"), &measured(None));
        assert!(shown.ends_with("Num runs:     10\nTime per run: 0.0123 (s)\nPerformance:  17.9025 GFlops/s\nMemory usage: 24MB/rank\n(no error checking)\n\n"), "{shown}");
    }

    #[test]
    fn a_wrong_result_is_told_in_the_words_that_tools_look_for() {
        let shown = text(&problem("stock float 128 128 128"), &measured(Some(0.25)));
        let expected = "Tolerance:    0.0005\nMax error:    0.25\n\n------------------------------- \n\
            ERROR: observed error after heFFTe benchmark exceeds the tolerance\n       tolerance: 0.0005  error: 0.25\n";
        assert!(shown.ends_with(expected), "{shown}");
        let infinite = measured(Some(f64::INFINITY));
        assert!(!infinite.is_right(&problem("stock float 128 128 128")));
    }
}
