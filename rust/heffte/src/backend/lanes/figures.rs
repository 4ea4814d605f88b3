//! How fast lines are transformed from cache, way by way: figures for docs/performance.md, not tests.

use std::time::Instant;

use num_complex::Complex;
use num_traits::Zero;

use super::complex::LaneComplexes;
use super::convolution::LaneConvolutions;
use super::factors::{cheapest_length, radices};
use super::panel_lines;
use crate::backend::convolved::Convolved;
use crate::backend::stock::long_lines;
use crate::backend::{ComplexLines, ComplexPanels, Ends, Real, StraightLine, Tile};
use crate::options::Direction;

/// Seconds of the fastest of some calls: what a core does while others leave it alone.
fn fastest(mut call: impl FnMut()) -> f64 {
    let seconds = (0..400).map(|_| {
        let begin = Instant::now();
        call();
        begin.elapsed().as_secs_f64()
    });
    seconds.fold(f64::INFINITY, f64::min)
}

/// Operations that are counted for one line, as by everybody.
fn operations(length: usize) -> f64 {
    5.0 * length as f64 * (length as f64).log2()
}

fn print<T: Real>(way: &LaneComplexes<T>, length: usize) {
    const REPEATS: usize = 20;
    let (panels, lines) = (2, panel_lines::<T>());
    let mut memory = vec![Complex::<T>::zero(); panels * lines * length + lines];
    let begin = memory.as_mut_ptr().wrapping_add(memory.as_ptr().align_offset(super::ROW));
    let tile = Tile { begin: begin.cast(), panels, rows: length };
    let side_by_side = fastest(|| {
        for _ in 0..REPEATS {
            // SAFETY: the panels have the rows.
            unsafe { way.transform(tile, std::ptr::null_mut(), None, Ends::default()) };
        }
    });
    let mut line: [_; 5] = std::array::from_fn(|_| vec![Complex::<T>::zero(); length + 1]);
    let [from, to, rooms @ ..] = line.each_mut().map(|line| line.as_mut_ptr());
    let straight = way.goes_straight().then(|| {
        fastest(|| {
            for _ in 0..REPEATS {
                // SAFETY: all have room for a line.
                unsafe { way.transform_straight(StraightLine { from, to, rooms, ahead: 0 }, None) };
            }
        })
    });
    let rate = |lines: usize, seconds: f64| operations(length) * (REPEATS * lines) as f64 / seconds * 1e-9;
    let straight = straight.map_or(String::from("-"), |seconds| format!("{:.1}", rate(1, seconds)));
    let side_by_side = rate(panels * lines, side_by_side);
    println!("{length:5} {:?}: {side_by_side:.1} GFlop/s in lanes, {straight} straight", way.radices());
}

#[test]
#[ignore = "figures: cargo test --release -p heffte --lib -- --ignored --nocapture lanes::figures"]
fn figures() {
    for length in [64, 96, 100, 128, 243, 256, 384, 512, 1000, 1024, 4096] {
        print(&LaneComplexes::<f64>::new(length, Direction::Forward).expect("a smooth length"), length);
    }
    for radices in [vec![8, 8, 4], vec![4; 4], vec![12, 12], vec![16, 16, 16], vec![8; 4], vec![16, 8, 8, 4]] {
        let length = radices.iter().product();
        print(&LaneComplexes::<f64>::of_radices(length, &radices, Direction::Forward), length);
        print(&LaneComplexes::<f32>::of_radices(length, &radices, Direction::Forward), length);
    }
}

/// Times of a line by a convolution of `count` elements, and by one over rustfft, beside rustfft's.
fn print_convolution(length: usize, count: usize) {
    let way = LaneConvolutions::<f64>::of_count(length, count, Direction::Forward);
    let lines = panel_lines::<f64>();
    let room = |rows: usize| vec![Complex::<f64>::zero(); rows * lines + lines];
    let (mut panel, mut scratch) = (room(length), room(way.scratch_rows()));
    let begin = |memory: &mut Vec<Complex<f64>>| {
        memory.as_mut_ptr().wrapping_add(memory.as_ptr().align_offset(super::ROW)).cast::<u8>()
    };
    let (begin, scratch) = (begin(&mut panel), begin(&mut scratch));
    let tile = Tile { begin, panels: 1, rows: length };
    // SAFETY: the panel and the scratch have the rows.
    let convolved = fastest(|| unsafe { way.transform(tile, scratch, None, Ends::default()) }) / lines as f64;
    let by_lines = long_lines(length, Direction::Forward);
    let mut line = vec![Complex::zero(); length];
    let mut scratch = vec![Complex::zero(); by_lines.scratch_len()];
    let other = fastest(|| by_lines.transform(&mut line, &mut scratch).expect("it never fails"));
    let over = Convolved::new(length, Direction::Forward);
    let mut scratch = vec![Complex::zero(); over.scratch_len()];
    let over = fastest(|| over.transform(&mut line, &mut scratch).expect("it never fails"));
    println!(
        "{length:5} by {count} {:?}: {:.2} of rustfft's {:.1} us in lanes, {:.2} over rustfft",
        radices(count).expect("it has butterflies"),
        convolved / other,
        other * 1e6,
        over / other
    );
}

#[test]
#[ignore = "figures: cargo test --release -p heffte --lib -- --ignored --nocapture lanes::figures"]
fn convolutions() {
    for length in [1031, 2039, 2063, 4099, 6011, 8198, 10007, 16381, 20011] {
        let least = 2 * length - 1;
        let first = (least..).find(|count| radices(*count).is_some()).expect("powers of two");
        for count in [first, cheapest_length(least), least.next_power_of_two()] {
            print_convolution(length, count);
        }
    }
}
