//! Straight lines: their elements are neighbours, and neighbours lie in the lanes. Each element goes through the same
//! operations as in a line that has a lane for itself, so results have the same bits.

use num_complex::Complex;
use pulp::Simd;

use super::butterfly::butterfly;
use super::dispatch::LaneJob;
use super::passes::Pass;
use super::prefetch::prefetch;
use super::transpose::{MOST_LANES, lanes, transpose};
use super::vector::{Factor, Lanes, Math};
use crate::backend::{Real, StraightLine};

/// What the transform of straight lines needs beside the passes.
pub(super) struct Straight<T> {
    /// Where the first pass puts the block that begins with each of the first elements of a line.
    begins: Vec<u32>,
    /// For each further pass the factors, as vectors: see [`Pass::straight_factors`].
    factors: Vec<Vec<T>>,
}

impl<T: Real> Straight<T> {
    /// For lines that go through these passes, where vectors of `lanes` elements find as many neighbours in all of them. `places`
    /// says where the first pass wants each element of a line.
    pub fn new(passes: &[Pass<T>], places: &[u32], lanes: usize) -> Option<Straight<T>> {
        let (first, others) = passes.split_first()?;
        let blocks = places.len() / first.radix();
        let fits = FIRST_RADICES.contains(&first.radix()) && first.radix() >= lanes && blocks >= lanes;
        (fits && !others.is_empty()).then(|| Straight {
            begins: places[..blocks].to_vec(),
            factors: others.iter().map(|pass| pass.straight_factors(lanes)).collect(),
        })
    }
}

/// Radices that a straight line may begin with.
const FIRST_RADICES: [usize; 11] = [4, 5, 6, 7, 8, 9, 10, 12, 13, 15, 16];

/// The begins of groups of `lanes` that cover `count` neighbours. The last may overlap the one before: that does the same again, for
/// which what is read must not be what is written.
#[inline(always)]
pub(super) fn groups(count: usize, lanes: usize) -> impl Iterator<Item = usize> {
    (0..count).step_by(lanes).map(move |first| first.min(count - lanes))
}

/// A straight line on its way through the passes.
pub(super) struct Walk<'a, T> {
    pub straight: &'a Straight<T>,
    pub passes: &'a [Pass<T>],
    pub forward: bool,
    pub factor: Option<T>,
    pub line: StraightLine<T>,
}

impl<T: Real> LaneJob<T> for Walk<'_, T> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S)
    where
        T: Lanes<S>,
    {
        let Some((first, others)) = self.passes.split_first() else { return };
        let (m, begins) = (Math::new(simd, self.forward), &self.straight.begins);
        let StraightLine { from, to, rooms: [spare, room, _], ahead } = self.line;
        let length = first.radix() * begins.len();
        // SAFETY: by the word of the caller of `ComplexPanels::transform_straight`.
        unsafe {
            first.run_first(m, from, room, begins, ahead);
            for (index, (pass, factors)) in others.iter().zip(&self.straight.factors).enumerate() {
                let is_last = index + 1 == others.len();
                let (source, other) = if index.is_multiple_of(2) { (room, spare) } else { (spare, room) };
                if is_last {
                    scale(source, length, self.factor);
                }
                let target = if is_last { to } else { other };
                pass.run_straight(m, source, target, length, factors);
            }
        }
    }
}

/// Multiplies so many elements by the factor, if there is one.
///
/// # Safety
/// They are there.
#[inline(always)]
unsafe fn scale<T: Real>(line: *mut Complex<T>, length: usize, factor: Option<T>) {
    // SAFETY: by the caller's word; a complex number is two reals, one after the other.
    let parts = unsafe { std::slice::from_raw_parts_mut(line.cast::<T>(), 2 * length) };
    if let Some(factor) = factor {
        parts.iter_mut().for_each(|part| *part *= factor);
    }
}

/// Factors for the numbers of one vector, as [`Math::times_each`] wants them: two vectors.
pub(super) fn as_vectors<'a, T: Real>(factors: impl Iterator<Item = &'a Factor<T>> + Clone) -> impl Iterator<Item = T> {
    let (real, imaginary) = (factors.clone(), factors);
    real.flat_map(Factor::real_parts).chain(imaginary.flat_map(Factor::imaginary_parts))
}

impl<T: Real> Pass<T> {
    /// The factors of this pass for `lanes` neighbouring butterflies at a time, and of those for each row but the first.
    fn straight_factors(&self, lanes: usize) -> Vec<T> {
        let rows = self.radix() - 1;
        let of_group = |first: usize| {
            let group = &self.twiddles()[first * rows..(first + lanes) * rows];
            (0..rows).flat_map(move |row| as_vectors(group.iter().skip(row).step_by(rows)))
        };
        groups(self.stride(), lanes).flat_map(of_group).collect()
    }

    /// Runs the first pass: the butterflies of elements that are `begins.len()` elements apart. Each makes a block of neighbours.
    /// While at it, asks for the memory `ahead` bytes further on, which is wanted next.
    ///
    /// # Safety
    /// `from` has a line, and `to` has room for it.
    #[inline(always)]
    unsafe fn run_first<S: Simd>(
        &self,
        m: Math<S, T>,
        from: *const Complex<T>,
        to: *mut Complex<T>,
        begins: &[u32],
        ahead: usize,
    ) where
        T: Lanes<S>,
    {
        macro_rules! for_radices {
            ($($radix:literal)*) => {
                match self.radix() {
                    // SAFETY: by the caller's word.
                    $($radix => unsafe { self.run_first_radix::<S, $radix>(m, from, to, begins, ahead) },)*
                    _ => unreachable!("these are the radices that a straight line may begin with"),
                }
            };
        }
        for_radices!(4 5 6 7 8 9 10 12 13 15 16);
    }

    /// # Safety
    /// As for [`Pass::run_first`].
    #[inline(always)]
    unsafe fn run_first_radix<S: Simd, const R: usize>(
        &self,
        m: Math<S, T>,
        from: *const Complex<T>,
        to: *mut Complex<T>,
        begins: &[u32],
        ahead: usize,
    ) where
        T: Lanes<S>,
    {
        let roots: &[Factor<T>; R] = self.roots().try_into().expect("there is a root for each row");
        let (lanes, blocks) = (lanes::<T, T::Vector>(), begins.len());
        for group in 0..blocks.div_ceil(lanes) {
            let first = (group * lanes).min(blocks - lanes);
            // SAFETY: by the caller's word; places are those of a line.
            unsafe {
                let x = std::array::from_fn(|row| {
                    let at = from.add(first + row * blocks);
                    prefetch(at.wrapping_byte_add(ahead).cast());
                    at.cast::<T::Vector>().read_unaligned()
                });
                let y = butterfly::<S, T, R>(m, x, roots);
                for row in (0..R).step_by(lanes) {
                    let row = if row + lanes > R { R - lanes } else { row };
                    let block: [T::Vector; MOST_LANES] =
                        std::array::from_fn(|i| if i < lanes { y[(row + i) % R] } else { y[0] });
                    let block = transpose::<T, T::Vector>(block);
                    for (begin, vector) in begins[first..first + lanes].iter().zip(block) {
                        to.add(*begin as usize + row).cast::<T::Vector>().write_unaligned(vector);
                    }
                }
            }
        }
    }

    /// Runs a further pass, vectors of neighbouring butterflies at a time.
    ///
    /// # Safety
    /// `from` and `to` have `length` elements and do not overlap.
    #[inline(always)]
    unsafe fn run_straight<S: Simd>(
        &self,
        m: Math<S, T>,
        from: *const Complex<T>,
        to: *mut Complex<T>,
        length: usize,
        factors: &[T],
    ) where
        T: Lanes<S>,
    {
        macro_rules! for_radices {
            ($($radix:literal)*) => {
                match self.radix() {
                    // SAFETY: by the caller's word.
                    $($radix => unsafe { self.run_straight_radix::<S, $radix>(m, from, to, length, factors) },)*
                    _ => unreachable!("radices are those of the butterflies"),
                }
            };
        }
        for_radices!(2 3 4 5 6 7 8 9 10 11 12 13 15 16 17);
    }

    /// # Safety
    /// As for [`Pass::run_straight`].
    #[inline(always)]
    unsafe fn run_straight_radix<S: Simd, const R: usize>(
        &self,
        m: Math<S, T>,
        from: *const Complex<T>,
        to: *mut Complex<T>,
        length: usize,
        factors: &[T],
    ) where
        T: Lanes<S>,
    {
        let roots: &[Factor<T>; R] = self.roots().try_into().expect("there is a root for each row");
        let (lanes, stride) = (lanes::<T, T::Vector>(), self.stride());
        for block in (0..length).step_by(R * stride) {
            for group in 0..stride.div_ceil(lanes) {
                let first = block + (group * lanes).min(stride - lanes);
                // SAFETY: by the caller's word; there are factors for each group.
                unsafe {
                    let factors = factors.as_ptr().cast::<T::Vector>().add(2 * group * (R - 1));
                    let x = std::array::from_fn(|row| {
                        let x = from.add(first + row * stride).cast::<T::Vector>().read_unaligned();
                        let factor = |part| factors.add(2 * (row - 1) + part).read_unaligned();
                        if row == 0 { x } else { m.times_each(x, factor(0), factor(1)) }
                    });
                    for (row, value) in butterfly::<S, T, R>(m, x, roots).into_iter().enumerate() {
                        to.add(first + row * stride).cast::<T::Vector>().write_unaligned(value);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use num_traits::Zero;

    use super::*;
    use crate::backend::lanes::factors::{places, radices};
    use crate::backend::lanes::{LaneComplexes, LaneReals, panel_lines};
    use crate::backend::{ComplexPanels, Ends, RealPanels, Tile};
    use crate::options::Direction;

    const LENGTHS: [usize; 18] = [16, 20, 25, 32, 48, 50, 64, 81, 91, 100, 128, 180, 192, 243, 256, 384, 512, 1000];

    fn sample<T: Real>(j: usize) -> Complex<T> {
        Complex::new(T::nearest((j as f64 * 0.7).sin() + 0.1), T::nearest((j as f64 * 1.3).cos()))
    }

    /// The transform of a line by `run`, from one vector to another.
    fn transformed<T: Real>(from: &[Complex<T>], count: usize, run: impl FnOnce(StraightLine<T>)) -> Vec<Complex<T>> {
        let mut to = vec![Complex::<T>::zero(); from.len() + 1];
        let mut rooms = [(); 3].map(|()| vec![Complex::<T>::zero(); from.len() + 1]);
        let rooms = rooms.each_mut().map(|room| room.as_mut_ptr());
        run(StraightLine { from: from.as_ptr(), to: to.as_mut_ptr(), rooms, ahead: 64 });
        to.truncate(count);
        to
    }

    /// A panel whose first line is `line`, in rows `places`, transformed by `run`; its first line.
    fn beside_others<T: Real>(
        line: &[Complex<T>],
        places: impl Fn(usize) -> usize,
        run: impl FnOnce(Tile),
    ) -> Vec<Complex<T>> {
        let (lines, rows) = (panel_lines::<T>(), line.len() + 1);
        let mut panel: Vec<Complex<T>> = (0..rows * lines).map(|i| sample(i % 13)).collect();
        for (j, value) in line.iter().enumerate() {
            panel[places(j) * lines] = *value;
        }
        run(Tile { begin: panel.as_mut_ptr().cast(), panels: 1, rows });
        panel.into_iter().step_by(lines).collect()
    }

    fn complex_lines_have_the_bits_of_panels<T: Real>() {
        let mut straight = 0;
        for n in LENGTHS {
            for (direction, factor) in [(Direction::Forward, None), (Direction::Backward, Some(T::nearest(0.3)))] {
                let Some(plan) = LaneComplexes::<T>::new(n, direction).filter(ComplexPanels::goes_straight) else {
                    continue;
                };
                let line: Vec<Complex<T>> = (0..n).map(sample).collect();
                // SAFETY: the line and the panel are as long as the plan wants them.
                let found = transformed(&line, n, |line| unsafe { plan.transform_straight(line, factor) });
                let expected = beside_others(
                    &line,
                    |j| plan.places()[j] as usize,
                    |tile| {
                        // SAFETY: as above.
                        unsafe { plan.transform(tile, std::ptr::null_mut(), factor, Ends::default()) };
                    },
                );
                assert_eq!(found[..], expected[..n], "n = {n}, {direction:?}");
                straight += 1;
            }
        }
        assert!(straight > 0, "some of these lengths go straight");
    }

    fn real_lines_have_the_bits_of_panels<T: Real>() {
        let mut straight = 0;
        for n in LENGTHS {
            let Some(plan) = LaneReals::<T>::new(n).filter(RealPanels::goes_straight) else { continue };
            let (half, factor) = (n / 2, Some(T::nearest(0.3)));
            let pairs: Vec<Complex<T>> = (0..half).map(sample).collect();
            // SAFETY: lines and panels are as long as the plan wants them.
            let found = transformed(&pairs, half + 1, |line| unsafe { plan.forward_straight(line, factor) });
            let expected = beside_others(
                &pairs,
                |j| plan.places()[j] as usize,
                |tile| {
                    // SAFETY: as above.
                    unsafe { plan.forward(tile, factor) };
                },
            );
            assert_eq!(found[..], expected[..=half], "n = {n}, forward");

            let spectrum: Vec<Complex<T>> = (0..=half).map(sample).collect();
            // SAFETY: as above.
            let found = transformed(&spectrum, half, |line| unsafe { plan.backward_straight(line, factor) });
            let mut pairs = vec![Complex::<T>::zero(); (half + 2) * panel_lines::<T>()];
            let to = Tile { begin: pairs.as_mut_ptr().cast(), panels: 1, rows: half + 2 };
            beside_others(
                &spectrum,
                |k| k,
                |tile| {
                    // SAFETY: as above.
                    unsafe { plan.backward(tile, to, factor) };
                },
            );
            let expected: Vec<_> = pairs.into_iter().step_by(panel_lines::<T>()).collect();
            assert_eq!(found[..], expected[..half], "n = {n}, backward");
            straight += 1;
        }
        assert!(straight > 0, "some of these lengths go straight");
    }

    #[test]
    fn straight_lines_have_the_bits_of_those_beside_others() {
        complex_lines_have_the_bits_of_panels::<f64>();
        complex_lines_have_the_bits_of_panels::<f32>();
        real_lines_have_the_bits_of_panels::<f64>();
        real_lines_have_the_bits_of_panels::<f32>();
    }

    /// A line of `n` elements by the instructions `S`, against the definition.
    fn check<S: Simd, T: Lanes<S>>(simd: S, n: usize, tolerance: f64) {
        let (radices, line) = (radices(n).expect("a smooth length"), (0..n).map(sample::<T>).collect::<Vec<_>>());
        let (passes, places) = (Pass::<T>::sequence(&radices, true), places(&radices));
        let Some(straight) = Straight::new(&passes, &places, lanes::<T, T::Vector>()) else { return };
        let found = transformed(&line, n, |line| {
            Walk { straight: &straight, passes: &passes, forward: true, factor: None, line }.run(simd);
        });
        let wide = |value: &Complex<T>| Complex::new(value.re.to_f64().unwrap(), value.im.to_f64().unwrap());
        for (k, value) in found.iter().enumerate() {
            let root = |j: usize| Complex::from_polar(1.0, -std::f64::consts::TAU * ((j * k) % n) as f64 / n as f64);
            let expected: Complex<f64> = line.iter().enumerate().map(|(j, x)| wide(x) * root(j)).sum();
            assert!(
                (wide(value) - expected).norm() < tolerance * n as f64,
                "n = {n}, k = {k}: {value:?} for {expected}"
            );
        }
    }

    #[test]
    fn every_instruction_set_follows_the_definition() {
        for n in LENGTHS {
            check::<_, f64>(pulp::Scalar128b, n, 1e-14);
            check::<_, f32>(pulp::Scalar128b, n, 1e-5);
            #[cfg(target_arch = "x86_64")]
            if let Some(simd) = pulp::x86::V3::try_new() {
                check::<_, f64>(simd, n, 1e-14);
                check::<_, f32>(simd, n, 1e-5);
            }
            #[cfg(target_arch = "x86_64")]
            if let Some(simd) = pulp::x86::V4::try_new() {
                check::<_, f64>(simd, n, 1e-14);
                check::<_, f32>(simd, n, 1e-5);
            }
        }
    }
}
