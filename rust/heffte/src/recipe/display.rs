//! A recipe in a few lines.

use std::fmt;

use super::{Origin, Recipe, Stage, Tuned};
use crate::axis::Domain;
use crate::geometry::Distribution;

/// Bytes of a complex number of the higher precision, in which sizes are printed.
const COMPLEX: usize = 16;

impl fmt::Display for Recipe {
    /// The problem, then a line for each stage and each exchange of a forward transform, then what it should cost or its
    /// device, then what was measured or picked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = self.problem();
        let [x, y, z] = problem.world_in.size();
        let plan = problem.domain().name();
        let (ranks, exchanges) = (problem.ranks, self.stages.len() - 1);
        writeln!(
            f,
            "{plan} {x} x {y} x {z} on {} with {}",
            plural(ranks, "rank"),
            if exchanges == 0 { "no exchange".to_owned() } else { plural(exchanges, "exchange") },
        )?;
        for (index, stage) in self.stages.iter().enumerate() {
            if index > 0 {
                self.fmt_exchange(f, index - 1)?;
            }
            self.fmt_stage(f, stage)?;
        }
        match &self.device {
            // Costs are those of visits to host memory.
            Some(device) => writeln!(f, "  device    {device}")?,
            None => writeln!(f, "  estimated {}", self.cost)?,
        }
        if let Some(Tuned { nanoseconds, ways, is_remembered }) = self.tuned {
            let time = duration(nanoseconds.saturating_mul(1000));
            let source = if is_remembered { "remembered" } else { "measured" };
            writeln!(f, "  tuned     {time} {source}, the fastest of {}", plural(ways, "way"))?;
        }
        if let Some(picked) = &self.picked {
            writeln!(f, "  backend   {picked}")?;
        }
        Ok(())
    }
}

impl Recipe {
    /// The route in one line, which tells it from all others for the same problem.
    pub(crate) fn route_name(&self) -> String {
        let name = |stage: &Stage| {
            let axes: Vec<String> = stage.axes.iter().map(|axis| axis.to_string()).collect();
            format!("{} [{}]", place(stage), axes.join(" "))
        };
        self.stages.iter().map(name).collect::<Vec<_>>().join(", ")
    }

    fn fmt_stage(&self, f: &mut fmt::Formatter<'_>, stage: &Stage) -> fmt::Result {
        let place = place(stage);
        let transforms: Vec<String> =
            stage.axes.iter().map(|&axis| format!("{} along {axis}", self.kind(axis))).collect();
        writeln!(f, "{}", format!("  {place:<18}{}", transforms.join(", ")).trim_end())
    }

    fn fmt_exchange(&self, f: &mut fmt::Formatter<'_>, index: usize) -> fmt::Result {
        let moved = self.elements_moved(index);
        let is_real = self.is_real_after(index) || self.problem().domain() == Domain::R2r;
        let (bytes, kind) = if is_real { (moved * COMPLEX / 2, "float64") } else { (moved * COMPLEX, "complex128") };
        writeln!(f, "  {:<17} {moved} elements change rank, {} in {kind}", self.carrier, human(bytes))
    }
}

fn place(stage: &Stage) -> String {
    match (stage.origin, &stage.before) {
        (Origin::Inboxes, _) => "inboxes".to_owned(),
        (Origin::Outboxes, _) => "outboxes".to_owned(),
        (Origin::Grid, Distribution::Grid(grid)) => {
            let [a, b, c] = grid.parts();
            format!("grid {a} x {b} x {c}")
        }
        (Origin::Grid, Distribution::Irregular(_)) => "boxes".to_owned(),
    }
}

pub(super) fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Picoseconds in a unit that suits them.
pub(super) fn duration(picoseconds: u64) -> String {
    let seconds = picoseconds as f64 * 1e-12;
    match picoseconds {
        0..1_000_000_000 => format!("{:.1} us", seconds * 1e6),
        1_000_000_000..1_000_000_000_000 => format!("{:.1} ms", seconds * 1e3),
        _ => format!("{seconds:.2} s"),
    }
}

/// A number of bytes in binary units.
pub(super) fn human(bytes: usize) -> String {
    const UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let power = (bytes.max(1).ilog2() / 10).min(UNITS.len() as u32 - 1);
    if power == 0 {
        return format!("{bytes} B");
    }
    format!("{:.1} {}", bytes as f64 / 1024f64.powi(power as i32), UNITS[power as usize])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Box3d, split_world};
    use crate::recipe::{Machine, Problem};
    use crate::spec::Spec;

    fn recipe(specs: &[Spec]) -> String {
        let machine = Machine { ranks_per_node: 8, shares_memory: false };
        Recipe::new(Problem::new(specs).unwrap(), machine).to_string()
    }

    #[test]
    fn slabs_take_one_grid_between_them() {
        let boxes = split_world(&Box3d::of_size([256, 256, 256]), [1, 1, 2]);
        let specs: Vec<_> = boxes.iter().map(|b| Spec::c2c(*b, *b)).collect();
        let expected = "\
c2c 256 x 256 x 256 on 2 ranks with 2 exchanges
  inboxes           c2c along 0, c2c along 1
  alltoallv         8388608 elements change rank, 128.0 MiB in complex128
  grid 1 x 2 x 1    c2c along 2
  alltoallv         8388608 elements change rank, 128.0 MiB in complex128
  outboxes
  estimated 99.3 ms on the busiest rank: 3 passes over memory, 128.0 MiB inside the node, 0 B over the network, 2 messages
";
        assert_eq!(recipe(&specs), expected);
    }

    #[test]
    fn one_rank_moves_nothing() {
        let world = Box3d::of_size([4, 5, 6]);
        let text = recipe(&[Spec::r2c(world, world.r2c(2), 2).unwrap()]);
        assert_eq!(
            text,
            "\
r2c 4 x 5 x 6 on 1 rank with no exchange
  inboxes           r2c along 2, c2c along 0, c2c along 1
  estimated 0.3 us on the busiest rank: 2 passes over memory, 0 B inside the node, 0 B over the network, 0 messages
"
        );
    }

    #[test]
    fn durations_are_printed_in_the_unit_that_suits_them() {
        let printed = [1_500_000, 2_000_000_000, 3_000_000_000_000].map(duration);
        assert_eq!(printed, ["1.5 us", "2.0 ms", "3.00 s"]);
    }

    #[test]
    fn bytes_are_printed_in_binary_units() {
        assert_eq!([0, 1023, 1024, 1536, 3 << 30].map(human), ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "3.0 GiB"]);
    }
}
