//! The smallest distributed FFT in Rust: a plane wave on a 32³ grid has all of its energy at one wavenumber.
//!
//! `cargo xtask test examples` runs it on 2 ranks; by hand:
//! `cargo build -p heffte --example first_transform`, then `mpiexec -n 2 target/debug/examples/first_transform`.

use std::f64::consts::TAU;

use heffte::geometry::{Box3d, split_world};
use heffte::{Complex, Plan, Scale, Spec};
use mpi::traits::*;

const N: i64 = 32;
const WAVE: [i64; 3] = [3, 5, 30];

fn main() -> heffte::Result<()> {
    let universe = mpi::initialize().expect("MPI is initialised once");
    let comm = universe.world();

    // Every rank holds a slab of the grid, before and after.
    let slabs = split_world(&Box3d::of_size([N; 3]), [1, 1, i64::from(comm.size())]);
    let mine = slabs[comm.rank() as usize];
    let plan = Plan::new(&comm, Spec::c2c(mine, mine))?;
    if comm.rank() == 0 {
        print!("{}", plan.recipe());
    }

    // Dimension 0 varies fastest in memory.
    let mut wave = Vec::with_capacity(plan.size_inbox());
    for z in mine.low[2]..=mine.high[2] {
        for y in mine.low[1]..=mine.high[1] {
            for x in mine.low[0]..=mine.high[0] {
                let phase = TAU * (WAVE[0] * x + WAVE[1] * y + WAVE[2] * z) as f64 / N as f64;
                wave.push(Complex::from_polar(1.0, phase));
            }
        }
    }

    let mut spectrum = vec![Complex::new(0.0, 0.0); plan.size_outbox()];
    plan.forward(&wave, &mut spectrum, Scale::Full)?;

    if mine.contains(WAVE) {
        let [x, y, z]: [usize; 3] = std::array::from_fn(|d| (WAVE[d] - mine.low[d]) as usize);
        let n = N as usize;
        let peak: Complex<f64> = spectrum[x + n * (y + n * z)];
        println!("rank {} holds the wave at {WAVE:?}: amplitude {:.12}", comm.rank(), peak.norm());
        assert!((peak.norm() - 1.0).abs() < 1e-12);
    }
    let energy: f64 = spectrum.iter().map(Complex::norm_sqr).sum();
    let mut total = 0.0_f64;
    comm.all_reduce_into(&energy, &mut total, mpi::collective::SystemOperation::sum());
    assert!((total - 1.0).abs() < 1e-12, "the energy at all wavenumbers is {total}");
    Ok(())
}
