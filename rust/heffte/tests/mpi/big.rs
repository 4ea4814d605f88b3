//! One message of more than 2^31 bytes, there and back: `mpiexec -n 2 <this program> big`. It takes 10 GB of memory.

use std::f64::consts::TAU;
use std::time::Duration;

use heffte::geometry::Box3d;
use heffte::{Complex, Plan, PlanOptions, Scale, Spec, Transport};
use mpi::traits::*;

use crate::harness::Harness;

/// 2.2 GB of double complex numbers.
const SIZE: [i64; 3] = [512, 520, 520];
/// Where the one point is that is not zero.
const IMPULSE: [i64; 3] = [3, 500, 11];
const LIMIT: Duration = Duration::from_secs(280);

/// The whole world is the first rank's before and the second's after.
pub fn run(harness: &mut Harness<'_>) {
    let comm = harness.comm;
    assert_eq!(comm.size(), 2, "this is for 2 ranks");
    for transport in [Transport::P2p, Transport::Alltoallv] {
        harness.test_within(
            &format!("a_message_of_more_than_2_31_bytes_arrives ({})", transport.name()),
            LIMIT,
            || {
                let world = Box3d::of_size(SIZE);
                assert!(world.count() * size_of::<Complex<f64>>() > 1 << 31);
                let is_first = comm.rank() == 0;
                let (inbox, outbox) = if is_first { (world, Box3d::empty()) } else { (Box3d::empty(), world) };
                let options = PlanOptions { use_shared_memory: false, transport, ..PlanOptions::default() };
                let plan =
                    Plan::new(comm, Spec::c2c(inbox, outbox).with_options(options)).expect("the boxes are a world");

                let mut input = vec![Complex::default(); inbox.count()];
                if is_first {
                    input[index(IMPULSE)] = Complex::new(1.0, 0.0);
                }
                let mut output = vec![Complex::default(); outbox.count()];
                plan.forward(&input, &mut output, Scale::None).expect("forward");
                // The transform of an impulse is a wave along each axis.
                let waves: [Vec<Complex<f64>>; 3] = std::array::from_fn(|axis| {
                    let (n, at) = (SIZE[axis], IMPULSE[axis]);
                    (0..n).map(|k| Complex::cis(-TAU * (k * at % n) as f64 / n as f64)).collect()
                });
                assert!(worst(&output, |[i, j, k]| waves[0][i] * waves[1][j] * waves[2][k]) < 1e-13, "forward");

                input.fill(Complex::new(7.0, 7.0));
                plan.backward(&output, &mut input, Scale::Full).expect("backward");
                let impulse = IMPULSE.map(|at| at as usize);
                assert!(worst(&input, |place| f64::from(u8::from(place == impulse)).into()) < 1e-13, "there and back");
            },
        );
    }
}

fn index([i, j, k]: [i64; 3]) -> usize {
    (i + SIZE[0] * (j + SIZE[1] * k)) as usize
}

/// The largest error of what is at each place of the world; none, where this rank has nothing.
fn worst(found: &[Complex<f64>], expected: impl Fn([usize; 3]) -> Complex<f64>) -> f64 {
    let [n, m, _] = SIZE.map(|n| n as usize);
    let place = |index: usize| [index % n, index / n % m, index / (n * m)];
    let error = |(index, found): (usize, &Complex<f64>)| (found - expected(place(index))).norm();
    found.iter().enumerate().map(error).fold(0.0, |worst, error| {
        // What is no number is the worst, which `max` would pass over.
        if error <= worst || worst.is_nan() { worst } else { error }
    })
}
