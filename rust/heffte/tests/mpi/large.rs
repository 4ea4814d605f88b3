//! Worlds that no cache holds, against rustfft applied axis by axis to the whole world.

use std::collections::HashMap;
use std::sync::Arc;

use heffte::geometry::{Box3d, split_world};
use heffte::{AxisKind, BackendKind, Complex, Direction, Domain, Plan, PlanOptions, R2rKind, Scale, Spec};
use heffte_rustfft::{Fft, FftDirection, Planned};
use mpi::traits::*;

use crate::harness::Harness;
use crate::oracle::Field;

/// Lengths of several radices, of a prime, and rows that are no whole number of cache lines.
const SIZES: [[usize; 3]; 3] = [[128, 130, 128], [97, 128, 100], [243, 64, 121]];

pub fn run(harness: &mut Harness<'_>) {
    let comm = harness.comm;
    // More ranks than these cut worlds in no other way, and on few cores they take long.
    let sizes = if comm.size() <= 2 { &SIZES[..] } else { &SIZES[1..2] };
    for &size in sizes {
        for kinds in [
            [AxisKind::C2c; 3],
            [AxisKind::R2c, AxisKind::C2c, AxisKind::C2c],
            [AxisKind::C2c, AxisKind::C2c, AxisKind::R2c],
            [AxisKind::R2r(R2rKind::Cos), AxisKind::R2r(R2rKind::Sin), AxisKind::R2r(R2rKind::Cos)],
            [AxisKind::R2r(R2rKind::Cos1), AxisKind::R2r(R2rKind::Sin1), AxisKind::R2c],
        ] {
            harness.test(&format!("a_world_of_{size:?}_of_{kinds:?}_agrees_with_another_library"), || {
                let real = Domain::of(&kinds) != Domain::C2c;
                let input = Field::random(size, 7, real);
                let expected = told_by_first(comm, || transformed(&input, kinds));
                let ranks = i64::from(comm.size());
                // Slabs along the slowest dimension, and pencils of it.
                for (grid, threads) in [([1, 1, ranks], 1), ([ranks, 1, 1], 2)] {
                    check(comm, &input, &expected, (BackendKind::Stock, kinds), grid, threads);
                }
                // What is large is the same for all backends, so one world on one number of ranks does.
                let is_enough = size == SIZES[1] && ranks == 2;
                let others = BackendKind::on_host().filter(|backend| *backend != BackendKind::Stock && is_enough);
                for backend in others {
                    check(comm, &input, &expected, (backend, kinds), [1, 1, ranks], 2);
                }
            });
        }
    }
}

/// What the first rank finds, on all: others would find the same on the same cores.
fn told_by_first(comm: &impl Communicator, find: impl FnOnce() -> Field) -> Field {
    let first = comm.process_at_rank(0);
    let mut field = if comm.rank() == 0 { find() } else { Field { size: [0; 3], values: Vec::new() } };
    first.broadcast_into(&mut field.size);
    field.values.resize(field.size.iter().product(), Complex::default());
    first.broadcast_into(numbers_of(&mut field.values));
    field
}

/// The real and imaginary parts, one after the other.
fn numbers_of(values: &mut [Complex<f64>]) -> &mut [f64] {
    let (begin, len) = (values.as_mut_ptr().cast::<f64>(), 2 * values.len());
    // SAFETY: a complex number is two reals, one after the other.
    unsafe { std::slice::from_raw_parts_mut(begin, len) }
}

fn check(
    comm: &impl Communicator,
    input: &Field,
    expected: &Field,
    (backend, kinds): (BackendKind, [AxisKind; 3]),
    grid: [i64; 3],
    threads: usize,
) {
    let rank = comm.rank() as usize;
    let boxes = |field: &Field| split_world(&Box3d::of_size(field.size.map(|n| n as i64)), grid);
    let (inbox, outbox) = (boxes(input)[rank], boxes(expected)[rank]);
    let options = PlanOptions { threads, ..PlanOptions::for_backend(backend) };
    let spec = Spec::c2c(inbox, outbox).with_backend(backend).with_kinds(kinds).with_options(options);
    let plan = Plan::new(comm, spec).expect("the problem is sound");
    let (input, expected) = (input.local(&inbox), expected.local(&outbox));
    let mut output = vec![Complex::default(); outbox.count()];
    let points: usize = plan.scale_factor(Scale::Full).recip().round() as usize;
    let bound = 5e-16 * (points as f64).log2().sqrt();
    if kinds.contains(&AxisKind::R2c) {
        let real: Vec<f64> = input.iter().map(|value| value.re).collect();
        let mut back = vec![0.0; real.len()];
        plan.forward(&real, &mut output, Scale::None).expect("forward");
        plan.backward(&output, &mut back, Scale::Full).expect("backward");
        let back: Vec<_> = back.into_iter().map(Complex::from).collect();
        assert_close(comm, &back, &input, 2.0 * bound);
    } else if plan.domain() == Domain::R2r {
        let mut data: Vec<f64> = input.iter().map(|value| value.re).collect();
        let mut result = vec![0.0; output.len()];
        plan.forward(&data, &mut result, Scale::None).expect("forward");
        if inbox == outbox {
            plan.in_place(Direction::Forward, &mut data, Scale::None).expect("in place");
            assert!(data == result, "in place gives other bits");
        }
        let mut back = vec![0.0; input.len()];
        plan.backward(&result, &mut back, Scale::Full).expect("backward");
        let back: Vec<_> = back.into_iter().map(Complex::from).collect();
        assert_close(comm, &back, &input, 2.0 * bound);
        output = result.into_iter().map(Complex::from).collect();
    } else {
        let mut back = vec![Complex::default(); input.len()];
        plan.forward(&input, &mut output, Scale::None).expect("forward");
        plan.backward(&output, &mut back, Scale::Full).expect("backward");
        assert_close(comm, &back, &input, 2.0 * bound);
        let mut data = input.clone();
        if inbox == outbox {
            plan.in_place(Direction::Forward, &mut data, Scale::None).expect("in place");
            assert!(data == output, "in place gives other bits");
        }
    }
    // Both libraries err.
    assert_close(comm, &output, &expected, 2.0 * bound);
}

/// Compares in the L2 norm over all ranks.
fn assert_close(comm: &impl Communicator, found: &[Complex<f64>], expected: &[Complex<f64>], bound: f64) {
    let local = [
        found.iter().zip(expected).map(|(a, b)| (a - b).norm_sqr()).sum::<f64>(),
        expected.iter().map(Complex::norm_sqr).sum::<f64>(),
    ];
    let mut all = [0.0_f64; 2];
    comm.all_reduce_into(&local, &mut all, mpi::collective::SystemOperation::sum());
    let error = (all[0] / all[1]).sqrt();
    assert!(error <= bound, "the relative error is {error:e}, more than {bound:e}");
}

/// Those of rustfft, by their lengths.
type Plans = HashMap<usize, Arc<dyn Fft<f64>>>;

/// The forward transform by rustfft.
fn transformed(field: &Field, kinds: [AxisKind; 3]) -> Field {
    let mut result = field.clone();
    let mut plans = Plans::new();
    for (axis, kind) in kinds.into_iter().enumerate() {
        let n = result.size[axis];
        let apart: usize = result.size[..axis].iter().product();
        let kept = if kind == AxisKind::R2c { n / 2 + 1 } else { n };
        let mut size = result.size;
        size[axis] = kept;
        let mut values = vec![Complex::default(); size.iter().product()];
        for (from, to) in result.values.chunks_exact(n * apart).zip(values.chunks_exact_mut(kept * apart)) {
            for first in 0..apart {
                let line = from[first..].iter().step_by(apart).copied().collect();
                let line = line_transformed(&mut plans, line, kind);
                to[first..].iter_mut().step_by(apart).zip(line).for_each(|(place, value)| *place = value);
            }
        }
        result = Field { size, values };
    }
    result
}

/// A line's transform by rustfft; that of cosines or sines from the whole period that it stands for.
fn line_transformed(plans: &mut Plans, line: Vec<Complex<f64>>, kind: AxisKind) -> Vec<Complex<f64>> {
    let n = line.len();
    let AxisKind::R2r(kind) = kind else { return spectrum(plans, line) };
    // The period, and where in it and in its mirror image the line's elements are.
    type Place = fn(usize) -> usize;
    let (len, place, sign): (usize, Place, f64) = match kind {
        R2rKind::Cos => (4 * n, |j| 2 * j + 1, 1.0),
        R2rKind::Sin => (4 * n, |j| 2 * j + 1, -1.0),
        R2rKind::Cos1 => (2 * n - 2, |j| j, 1.0),
        R2rKind::Sin1 => (2 * n + 2, |j| j + 1, -1.0),
    };
    let mut period = vec![Complex::<f64>::default(); len];
    for (j, value) in line.into_iter().enumerate() {
        period[(len - place(j)) % len] = value * sign;
        period[place(j)] = value;
    }
    let spectrum = spectrum(plans, period);
    if sign > 0.0 { spectrum[..n].to_vec() } else { spectrum[1..=n].iter().map(|v| v * Complex::<f64>::i()).collect() }
}

fn spectrum(plans: &mut Plans, mut line: Vec<Complex<f64>>) -> Vec<Complex<f64>> {
    let length = line.len();
    plans.entry(length).or_insert_with(|| f64::complex(length, FftDirection::Forward)).process(&mut line);
    line
}
