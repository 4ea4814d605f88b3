//! Random problems, the same on every rank for the same seed.

use heffte::geometry::{Box3d, Order, split_world};
use heffte::{AxisKind, BackendKind, Domain, Participants, PlanOptions, R2rKind, Spec, Transport};

pub const TRANSPORTS: [Transport; 4] =
    [Transport::Alltoallv, Transport::Alltoall, Transport::P2p, Transport::P2pPlined];

/// A world divided among ranks, and what is to happen to it.
#[derive(Debug, Clone)]
pub struct Problem {
    pub backend: BackendKind,
    pub size: [usize; 3],
    pub kinds: [AxisKind; 3],
    pub inboxes: Vec<Box3d>,
    pub outboxes: Vec<Box3d>,
    pub options: PlanOptions,
    /// For `Participants::Member`: who is one.
    pub members: Vec<bool>,
}

impl Problem {
    pub fn random(ranks: usize, seed: u64) -> Problem {
        let mut rng = fastrand::Rng::with_seed(seed);
        let sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 16, 17];
        let size = std::array::from_fn(|_| sizes[rng.usize(..sizes.len())]);
        let mut kinds = [AxisKind::C2c; 3];
        match rng.usize(..12) {
            0..3 => kinds[rng.usize(..3)] = AxisKind::R2c,
            3 => kinds[rng.usize(..3)] = AxisKind::Identity,
            4 => {
                kinds = [AxisKind::Identity; 3];
                kinds[rng.usize(..3)] = AxisKind::R2c;
            }
            5..7 => kinds = [(); 3].map(|()| any_kind(&mut rng, &[])),
            7..9 => kinds = [(); 3].map(|()| any_kind(&mut rng, &[AxisKind::C2c, AxisKind::C2c])),
            9 => {
                kinds = [(); 3].map(|()| any_kind(&mut rng, &[AxisKind::C2c]));
                kinds[rng.usize(..3)] = AxisKind::R2c;
            }
            _ => {}
        }
        for (kind, n) in kinds.iter_mut().zip(size) {
            if n == 1 && *kind == AxisKind::R2r(R2rKind::Cos1) {
                *kind = AxisKind::R2r(R2rKind::Sin1);
            }
        }
        let half = std::array::from_fn(|d| if kinds[d] == AxisKind::R2c { size[d] / 2 + 1 } else { size[d] });
        let inboxes = random_boxes(&mut rng, size, ranks);
        let same = rng.u8(..4) == 0 && half == size;
        let outboxes = if same { inboxes.clone() } else { random_boxes(&mut rng, half, ranks) };
        let members: Vec<bool> = (0..ranks).map(|_| rng.bool()).collect();
        let participants = match rng.usize(..4) {
            0 => Participants::First(rng.i64(1..=ranks as i64)),
            1 => Participants::Member(true),
            _ => Participants::All,
        };
        let options = PlanOptions {
            use_reorder: rng.bool(),
            transport: TRANSPORTS[rng.usize(..4)],
            use_pencils: rng.bool(),
            participants,
            use_shared_memory: rng.bool(),
            threads: rng.usize(1..=3),
            pretended_node: rng.usize(0..=3),
            treat_as_large: rng.bool(),
            count_limit: if rng.u8(..5) == 0 { rng.i64(1..40) } else { i64::from(i32::MAX) },
            ..PlanOptions::default()
        };
        Problem { backend: BackendKind::Stock, size, kinds, inboxes, outboxes, options, members }
    }

    /// What `rank` says about it.
    pub fn spec(&self, rank: usize) -> Spec {
        let mut options = self.options;
        if let Participants::Member(member) = &mut options.participants {
            *member = self.members[rank];
        }
        let spec = Spec::c2c(self.inboxes[rank], self.outboxes[rank]).with_backend(self.backend);
        spec.with_kinds(self.kinds).with_options(options)
    }

    pub fn is_r2c(&self) -> bool {
        self.kinds.contains(&AxisKind::R2c)
    }

    pub fn is_r2r(&self) -> bool {
        Domain::of(&self.kinds) == Domain::R2r
    }

    /// Points of the real-space world.
    pub fn points(&self) -> usize {
        self.size.iter().product()
    }
}

/// A real-to-real kind, the identity, or one of `others`.
fn any_kind(rng: &mut fastrand::Rng, others: &[AxisKind]) -> AxisKind {
    let kinds = [R2rKind::Cos, R2rKind::Sin, R2rKind::Cos1, R2rKind::Sin1].map(AxisKind::R2r);
    let all = [&kinds[..], &[AxisKind::Identity], others].concat();
    all[rng.usize(..all.len())]
}

/// Boxes of a grid; or by repeated bisection of the world, dealt to ranks in random order. Some ranks may have none.
fn random_boxes(rng: &mut fastrand::Rng, size: [usize; 3], ranks: usize) -> Vec<Box3d> {
    let mut orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    rng.shuffle(&mut orders);
    let order = Order::new(orders[0], "inbox").expect("all six are permutations");
    let world = Box3d::of_size(size.map(|n| n as i64)).with_order(order);
    if rng.u8(..4) == 0 {
        let (mut parts, mut left) = ([1; 3], ranks as i64);
        for factor in 2..=ranks as i64 {
            while left % factor == 0 {
                parts[rng.usize(..3)] *= factor;
                left /= factor;
            }
        }
        return split_world(&world, parts);
    }
    let mut boxes = vec![world];
    let wanted = if rng.u8(..3) == 0 { rng.usize(1..=ranks) } else { ranks };
    for _ in 1..wanted {
        let largest = (0..boxes.len()).max_by_key(|&i| boxes[i].count()).unwrap_or(0);
        let splittable: Vec<usize> = (0..3).filter(|&d| boxes[largest].size()[d] > 1).collect();
        let Some(&axis) = splittable.get(rng.usize(..splittable.len().max(1))) else { break };
        let (mut lower, mut upper) = (boxes[largest], boxes[largest]);
        let cut = rng.i64(lower.low[axis]..lower.high[axis]);
        (lower.high[axis], upper.low[axis]) = (cut, cut + 1);
        boxes[largest] = lower;
        boxes.push(upper);
    }
    boxes.resize(ranks, Box3d::empty().with_order(order));
    rng.shuffle(&mut boxes);
    boxes
}
