//! Backends in libraries of others against the definitions: any length, any number of lines, aligned and not.

use num_complex::Complex;
use num_traits::Zero;

use super::r2r::tests::{KINDS, direct as direct_r2r};
use super::stock::tests::{assert_close, direct, sample};
use super::{Backend, BackendKind, ComplexTransform, R2rRealWay, R2rWay, RealTransform};
use crate::axis::R2rKind;
use crate::options::{Direction, PlanningEffort};

const WAYS: [(Direction, f64); 2] = [(Direction::Forward, -1.0), (Direction::Backward, 1.0)];

/// The backends of this build that are libraries of others, each with its transforms. Says which cannot be had.
fn each(test: impl Fn(&dyn Backend)) {
    for kind in BackendKind::built().filter(|kind| *kind != BackendKind::Stock) {
        match kind.instance(PlanningEffort::Estimate) {
            Ok(backend) => test(&*backend),
            Err(error) => println!("left out: {error}"),
        }
    }
}

fn lengths() -> impl Iterator<Item = usize> {
    (1..40).chain([97, 100, 121, 128, 211, 240])
}

fn transposed(lines: &[Complex<f64>], n: usize, numbers: usize) -> impl Iterator<Item = Vec<Complex<f64>>> + '_ {
    (0..numbers).map(move |line| lines[line * n..(line + 1) * n].to_vec())
}

/// A line that differs from others.
fn line(n: usize, index: usize) -> Vec<Complex<f64>> {
    sample(n).into_iter().enumerate().map(|(j, x)| x * (1.0 + ((index * 7 + j) % 5) as f64)).collect()
}

fn single(value: Complex<f64>) -> Complex<f32> {
    Complex::new(value.re as f32, value.im as f32)
}

fn assert_close_single(found: &[Complex<f32>], expected: &[Complex<f64>]) {
    let double = |value: &Complex<f32>| Complex::new(f64::from(value.re), f64::from(value.im));
    let error: f64 = found.iter().zip(expected).map(|(a, b)| (double(a) - b).norm_sqr()).sum();
    let norm: f64 = expected.iter().map(Complex::norm_sqr).sum();
    assert!(error.sqrt() <= 5e-6 * norm.sqrt(), "n = {}: {}", expected.len(), (error / norm).sqrt());
}

#[test]
fn complex_lines_follow_the_definition() {
    each(|backend| {
        for (n, (direction, sign)) in lengths().flat_map(|n| WAYS.map(|way| (n, way))) {
            let (ComplexTransform::Lines(double), ComplexTransform::Lines(float)) =
                (backend.double().complex_lines(n, direction), backend.single().complex_lines(n, direction))
            else {
                panic!("it wants lines one after the other")
            };
            for (count, offset) in [(1, 0), (3, 1), (16, 0), (37, 0), (35, 1)] {
                let given: Vec<_> = (0..count).flat_map(|index| line(n, index)).collect();
                let mut tile = [vec![Complex::zero(); offset], given.clone()].concat();
                let mut singles: Vec<_> = tile.iter().copied().map(single).collect();
                let mut scratch = vec![Complex::zero(); double.scratch_len()];
                double.transform(&mut tile[offset..], &mut scratch).expect("the transform");
                let mut scratch = vec![Complex::zero(); float.scratch_len()];
                float.transform(&mut singles[offset..], &mut scratch).expect("the transform");
                for (index, line) in transposed(&given, n, count).enumerate() {
                    let expected = direct(&line, sign);
                    let place = offset + index * n..offset + (index + 1) * n;
                    assert_close(&tile[place.clone()], &expected);
                    assert_close_single(&singles[place], &expected);
                }
            }
        }
    });
}

#[test]
fn real_lines_follow_the_definition_and_ignore_what_a_real_line_cannot_have() {
    each(|backend| {
        for (n, count) in lengths().zip([1, 19, 33].into_iter().cycle()) {
            let RealTransform::Lines(lines) = backend.double().real_lines(n) else {
                panic!("it wants lines one after the other")
            };
            let mut scratch = vec![Complex::zero(); lines.scratch_len()];
            let given: Vec<f64> = (0..count).flat_map(|index| line(n, index)).map(|x| x.re).collect();
            let half = n / 2 + 1;
            let mut spectra = vec![Complex::zero(); half * count];
            lines.forward(&mut given.clone(), &mut spectra, &mut scratch).expect("the transform");
            for (real, spectrum) in given.chunks_exact(n).zip(spectra.chunks_exact_mut(half)) {
                let complex: Vec<_> = real.iter().map(Complex::from).collect();
                assert_close(spectrum, &direct(&complex, -1.0)[..half]);
                spectrum[0].im = 17.0;
                if n.is_multiple_of(2) {
                    spectrum[n / 2].im = -5.0;
                }
            }
            let mut back = vec![0.0; n * count];
            lines.backward(&mut spectra, &mut back, &mut scratch).expect("the transform");
            let scaled: Vec<Complex<f64>> = given.iter().map(|x| Complex::from(x * n as f64)).collect();
            assert_close(&back.iter().map(Complex::from).collect::<Vec<_>>(), &scaled);
        }
    });
}

#[test]
fn cosines_and_sines_follow_the_definition() {
    each(|backend| {
        for (kind, n) in KINDS.into_iter().flat_map(|kind| lengths().map(move |n| (kind, n))) {
            if kind == R2rKind::Cos1 && n == 1 {
                continue;
            }
            let ways = backend.double().r2r_lines(kind, n);
            for (way, direction) in ways.into_iter().zip([Direction::Forward, Direction::Backward]) {
                let expected = |line: &[f64]| direct_r2r(line, kind, direction).into_iter().map(Complex::from);
                let given: Vec<Complex<f64>> = (0..18).flat_map(|index| line(n, index)).collect();
                let R2rWay::Lines(complex) = way.complex else { panic!("it wants lines one after the other") };
                let mut tile = given.clone();
                let mut scratch = vec![Complex::zero(); complex.scratch_len()];
                complex.transform(&mut tile, &mut scratch).expect("the transform");
                for (line, found) in given.chunks_exact(n).zip(tile.chunks_exact(n)) {
                    let re: Vec<f64> = line.iter().map(|x| x.re).collect();
                    let im: Vec<f64> = line.iter().map(|x| x.im).collect();
                    let both: Vec<_> =
                        expected(&re).zip(expected(&im)).map(|(a, b)| Complex::new(a.re, b.re)).collect();
                    assert_close(found, &both);
                }
                let Some(R2rRealWay::Lines(lines)) = way.real else { continue };
                let mut tile: Vec<f64> = given.iter().map(|x| x.re).collect();
                lines.transform(&mut tile);
                for (line, found) in given.chunks_exact(n).zip(tile.chunks_exact(n)) {
                    let re: Vec<f64> = line.iter().map(|x| x.re).collect();
                    let found: Vec<_> = found.iter().map(Complex::from).collect();
                    assert_close(&found, &expected(&re).collect::<Vec<_>>());
                }
            }
        }
    });
}
