//! What a route costs: memory passes, messages, and what they carry. Integers, so that all ranks find the same.

use std::fmt;

use super::display::{duration, human, plural};
use super::{Problem, Stage};
use crate::axis::{AxisKind, Domain, R2rKind};
use crate::geometry::Distribution;

/// The machine on which a recipe is to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    /// The ranks that share a node; the fewest on any.
    pub ranks_per_node: usize,
    /// Whether ranks of one node read each other's memory, instead of sending messages.
    pub shares_memory: bool,
}

// Picoseconds. They are those of one core of a server CPU of 2023 beside a network of 200 Gbit/s; what counts is how they
// compare. `tune` measures instead.

/// A byte that a pass reads from memory or writes to it: a core copies 22 GB/s.
const BYTE_OF_PASS: u64 = 46;
/// An element that is transformed along an axis, for each time that the axis can be halved: 40 GFlop/s.
const ELEMENT_OF_LINE: u64 = 125;
/// Ranks that wait for each other.
const MEETING: u64 = 5_000_000;
/// A byte that is read in another rank's memory, beyond what the pass costs that reads it.
const BYTE_OF_OTHERS: u64 = 10;
/// A byte that stays where it is, which is copied from one message to another all the same.
const KEPT_BYTE: u64 = 2 * BYTE_OF_PASS;
/// A message inside a node, and a byte of it: MPI copies it twice.
const NODE_MESSAGE: u64 = 1_000_000;
const NODE_BYTE: u64 = 4 * BYTE_OF_PASS;
/// A message over the network, and a byte of it if the rank had its node's 25 GB/s for itself.
const NETWORK_MESSAGE: u64 = 2_000_000;
const NETWORK_BYTE: u64 = 40;

/// Elements of a plane that stays in cache between the transforms along its two axes; see `lines/visit.rs`.
const CACHED_PLANE: i64 = 1 << 19;

/// Ranks that are looked at to find the busiest.
const SAMPLE: usize = 16;

/// Bytes of a real number of the higher precision.
const REAL: u64 = 8;

/// What the busiest rank does in one forward transform in double precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cost {
    /// How long it takes, by the constants of this file.
    pub picoseconds: u64,
    /// Times that its part of the data is read from memory and written.
    pub passes: u64,
    /// Bytes that it gives to other ranks of its node.
    pub node_bytes: u64,
    /// Bytes that it gives to ranks of other nodes.
    pub network_bytes: u64,
    /// Messages that it sends.
    pub messages: u64,
    /// Times that it meets the other ranks of its node.
    pub meetings: u64,
}

impl Cost {
    /// The cost of `stages`, one after the other.
    pub(super) fn of(problem: &Problem, machine: &Machine, stages: &[Stage]) -> Cost {
        let mut cost = Cost::default();
        let mut is_real = problem.domain() != Domain::C2c;
        for (index, stage) in stages.iter().enumerate() {
            let was_real = is_real;
            is_real &= !stage.axes.iter().any(|axis| problem.kinds[*axis] == AxisKind::R2c);
            cost.add_stage(problem, stage, [was_real, is_real]);
            if let Some(next) = stages.get(index + 1) {
                let moves = Moves::busiest(problem, machine, &stage.after, &next.before, bytes_of(is_real));
                cost.add_moves(machine, problem.ranks, moves);
            }
        }
        cost
    }

    fn add_stage(&mut self, problem: &Problem, stage: &Stage, [was_real, is_real]: [bool; 2]) {
        let before = stage.before.fullest() as u64 * bytes_of(was_real);
        let after = stage.after.fullest() as u64 * bytes_of(is_real);
        let size = problem.world_out.size();
        // Planes of rows; see `lines/visit.rs`.
        let are_planes = |pair: [usize; 2]| {
            pair.contains(&problem.world_in.order.fastest(size)) && size[pair[0]] * size[pair[1]] <= CACHED_PLANE
        };
        let passes = match stage.axes[..] {
            [] => 1,
            [first, second, ref rest @ ..] if are_planes([first, second]) => 1 + rest.len(),
            ref axes => axes.len(),
        } as u64;
        self.passes += passes;
        self.picoseconds += BYTE_OF_PASS * (before + (2 * passes - 1) * after);
        let halvings: u64 = stage.axes.iter().map(|&axis| halvings(problem.kinds[axis], size[axis], was_real)).sum();
        self.picoseconds += ELEMENT_OF_LINE * halvings * stage.after.fullest() as u64 / 2;
    }

    fn add_moves(&mut self, machine: &Machine, ranks: usize, moves: Moves) {
        self.node_bytes += moves.node_bytes;
        self.network_bytes += moves.network_bytes;
        self.picoseconds += moves.picoseconds(machine, ranks);
        self.messages += moves.network_messages;
        if machine.shares_memory {
            self.meetings += 1;
        } else {
            self.messages += moves.node_messages;
        }
    }
}

/// Twice how often lines of `length` points can be halved; half of that counts for lines that are real before and after.
fn halvings(kind: AxisKind, length: i64, is_real: bool) -> u64 {
    let length = match kind {
        // Both go by way of a Fourier transform of twice the length.
        AxisKind::R2r(kind @ (R2rKind::Cos1 | R2rKind::Sin1)) => kind.logical_size(length),
        _ => length,
    };
    let halvings = u64::from(length.max(1).ilog2());
    if is_real && matches!(kind, AxisKind::R2r(_)) { halvings } else { 2 * halvings }
}

fn bytes_of(is_real: bool) -> u64 {
    if is_real { REAL } else { 2 * REAL }
}

/// What one rank gives away in an exchange.
#[derive(Debug, Clone, Copy, Default)]
struct Moves {
    kept_bytes: u64,
    node_bytes: u64,
    network_bytes: u64,
    node_messages: u64,
    network_messages: u64,
}

impl Moves {
    /// Those of the busiest of some ranks.
    fn busiest(problem: &Problem, machine: &Machine, near: &Distribution, far: &Distribution, element: u64) -> Moves {
        let ranks = problem.ranks;
        let sample = (0..ranks).step_by(ranks.div_ceil(SAMPLE));
        let moves = sample.map(|rank| Moves::of(rank, (ranks, machine), near, far, element));
        moves.max_by_key(|moves| moves.picoseconds(machine, ranks)).unwrap_or_default()
    }

    fn of(
        rank: usize,
        (ranks, machine): (usize, &Machine),
        near: &Distribution,
        far: &Distribution,
        element: u64,
    ) -> Moves {
        let held = near.box_of(rank);
        let shared = |other: usize| held.intersection(&far.box_of(other)).count() as u64;
        let kept = shared(rank);
        let moved = held.count() as u64 - kept;
        let partners = far.count_overlaps(&held) as u64 - u64::from(kept > 0);
        let kept_bytes = kept * element;
        let per_node = machine.ranks_per_node.max(1);
        if per_node >= ranks {
            let (node_bytes, node_messages) = (moved * element, partners);
            return Moves { kept_bytes, node_bytes, node_messages, ..Moves::default() };
        }
        // Ranks follow each other on nodes, as launchers usually place them.
        let first = rank / per_node * per_node;
        let on_node = (first..(first + per_node).min(ranks)).filter(|&other| other != rank).map(shared);
        let (node_messages, in_node) = on_node.filter(|&count| count > 0).fold((0, 0), |(n, sum), c| (n + 1, sum + c));
        Moves {
            kept_bytes,
            node_bytes: in_node * element,
            network_bytes: (moved - in_node) * element,
            node_messages,
            network_messages: partners - node_messages,
        }
    }

    fn picoseconds(&self, machine: &Machine, ranks: usize) -> u64 {
        let (kept_byte, node_message, node_byte) =
            if machine.shares_memory { (0, 0, BYTE_OF_OTHERS) } else { (KEPT_BYTE, NODE_MESSAGE, NODE_BYTE) };
        // The ranks of a node share its network.
        let network_byte = NETWORK_BYTE * machine.ranks_per_node.min(ranks) as u64;
        MEETING
            + kept_byte * self.kept_bytes
            + node_message * self.node_messages
            + node_byte * self.node_bytes
            + NETWORK_MESSAGE * self.network_messages
            + network_byte * self.network_bytes
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} on the busiest rank: {} over memory, {} inside the node, {} over the network, {}",
            duration(self.picoseconds),
            if self.passes == 1 { "1 pass".to_owned() } else { format!("{} passes", self.passes) },
            human(self.node_bytes as usize),
            human(self.network_bytes as usize),
            match (self.meetings as usize, self.messages as usize) {
                (0, messages) => plural(messages, "message"),
                (meetings, 0) => plural(meetings, "meeting"),
                (meetings, messages) => format!("{}, {}", plural(meetings, "meeting"), plural(messages, "message")),
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Box3d, split_world};
    use crate::recipe::Recipe;
    use crate::spec::Spec;

    fn recipe(size: [i64; 3], parts: [i64; 3], ranks_per_node: usize, use_pencils: bool) -> Recipe {
        let boxes = split_world(&Box3d::of_size(size), parts);
        let specs: Vec<Spec> = boxes
            .into_iter()
            .map(|b| {
                let mut spec = Spec::c2c(b, b);
                spec.options.use_pencils = use_pencils;
                spec
            })
            .collect();
        let machine = Machine { ranks_per_node, shares_memory: false };
        Recipe::new(Problem::new(&specs).unwrap(), machine)
    }

    #[test]
    fn slabs_on_two_nodes_send_half_of_each_slab_over_the_network() {
        let cost = recipe([64, 64, 64], [1, 1, 4], 2, true).cost();
        // Two exchanges, of 16 x 64 x 64 elements each, of which every rank takes a quarter.
        let part = 2 * 16 * 64 * 64 * 16 / 4;
        assert_eq!((cost.node_bytes, cost.network_bytes, cost.messages, cost.passes), (part, 2 * part, 6, 3));
    }

    #[test]
    fn planes_across_the_rows_of_memory_are_not_worth_it() {
        let has_planes = |parts, axes: [usize; 2]| {
            recipe([64, 64, 64], parts, 2, true).stages().iter().any(|stage| stage.axes == axes)
        };
        assert!(has_planes([1, 1, 2], [0, 1]));
        assert!(!has_planes([2, 1, 1], [1, 2]));
    }

    #[test]
    fn few_large_exchanges_are_chosen_where_planes_are_allowed() {
        let exchanges = |pencils| recipe([64, 64, 64], [2, 2, 2], 8, pencils).stages().len() - 1;
        assert_eq!((exchanges(true), exchanges(false)), (4, 3));
    }

    #[test]
    fn messages_that_carry_little_are_saved() {
        let at = |ranks_per_node| recipe([8, 8, 64], [1, 1, 8], ranks_per_node, true).cost();
        assert!(at(1).picoseconds > at(8).picoseconds);
        assert_eq!(at(8).network_bytes, 0);
    }
}
