//! Boxes in no pattern: a list, with a tree that finds the holders of a region.

use std::sync::Arc;

use super::Box3d;

/// Boxes in one leaf of the tree.
const LEAF: usize = 8;

/// One box per rank, in rank order.
#[derive(Debug, Clone)]
pub struct Irregular {
    boxes: Arc<[Box3d]>,
    /// Where each subtree keeps what its boxes span: they are halved until few are left. In the order of a walk that
    /// visits a parent, then its lower half, then its upper half.
    nodes: Arc<[Node]>,
    /// The ranks with points, in the order of the leaves.
    ranks: Arc<[u32]>,
    /// The axes along which every box spans the world.
    whole: [bool; 3],
    fullest: usize,
    /// An axis, along which all boxes are whole, that has another extent than in `boxes`.
    resized: Option<(usize, i64)>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    span: Box3d,
    /// Its leaves in `ranks`.
    begin: u32,
    end: u32,
    /// The upper half, if it is not a leaf; the lower one follows its parent.
    upper: Option<u32>,
}

impl PartialEq for Irregular {
    fn eq(&self, other: &Irregular) -> bool {
        self.boxes == other.boxes && self.resized == other.resized
    }
}

impl<T: Into<Arc<[Box3d]>>> From<T> for Irregular {
    fn from(boxes: T) -> Irregular {
        let boxes = boxes.into();
        let mut ranks: Vec<u32> = (0..boxes.len() as u32).filter(|&rank| !boxes[rank as usize].is_empty()).collect();
        let mut nodes = Vec::new();
        if !ranks.is_empty() {
            let all = ranks.len();
            build(&boxes, &mut ranks, (0, all), &mut nodes);
        }
        let whole = [0, 1, 2].map(|axis| nodes.first().is_none_or(|n| boxes.iter().all(|b| b.is_whole(&n.span, axis))));
        let fullest = boxes.iter().map(Box3d::count).max().unwrap_or(0);
        Irregular { boxes, nodes: nodes.into(), ranks: ranks.into(), whole, fullest, resized: None }
    }
}

/// Adds the tree of the boxes of `ranks[begin..end]`, of which there are some.
fn build(boxes: &[Box3d], ranks: &mut [u32], (begin, end): (usize, usize), nodes: &mut Vec<Node>) {
    let of_rank = |&rank: &u32| boxes[rank as usize];
    let span = ranks[begin..end].iter().map(of_rank).reduce(|a, b| a.bounding(&b)).expect("there are some");
    let own = nodes.len();
    nodes.push(Node { span, begin: begin as u32, end: end as u32, upper: None });
    if end - begin > LEAF {
        let size = span.size();
        let axis = (0..3).max_by_key(|&d| size[d]).unwrap_or(0);
        let middle = (begin + end) / 2;
        ranks[begin..end].select_nth_unstable_by_key(middle - begin, |rank| {
            let b = of_rank(rank);
            (b.low[axis] + b.high[axis], *rank)
        });
        build(boxes, ranks, (begin, middle), nodes);
        nodes[own].upper = Some(nodes.len() as u32);
        build(boxes, ranks, (middle, end), nodes);
    }
}

impl Irregular {
    /// The box of `rank`.
    #[must_use]
    pub fn box_of(&self, rank: usize) -> Box3d {
        let mut held = self.boxes[rank];
        if let Some((axis, extent)) = self.resized
            && !held.is_empty()
        {
            held.high[axis] = extent - 1;
        }
        held
    }

    /// Points of the fullest rank.
    #[must_use]
    pub fn fullest(&self) -> usize {
        self.fullest
    }

    /// Whether every box spans the world along `axis`.
    #[must_use]
    pub fn is_whole(&self, axis: usize) -> bool {
        self.whole[axis]
    }

    pub(super) fn with_extent(&self, axis: usize, extent: i64) -> Irregular {
        debug_assert!(self.whole[axis] && self.resized.is_none_or(|(other, _)| other == axis));
        let Some(before) = self.nodes.first().map(|root| match self.resized {
            Some((_, extent)) => extent,
            None => root.span.size()[axis],
        }) else {
            return self.clone();
        };
        let fullest = self.fullest / before as usize * extent as usize;
        Irregular { fullest, resized: Some((axis, extent)), ..self.clone() }
    }

    /// The ranks whose boxes share points with `region`, ascending, each with the points shared.
    #[must_use]
    pub fn overlaps(&self, region: &Box3d) -> Vec<(usize, Box3d)> {
        let mut wanted = *region;
        if let Some((axis, extent)) = self.resized {
            // All boxes span this axis, so that any part of it finds them.
            if region.low[axis] >= extent || region.is_empty() {
                return Vec::new();
            }
            (wanted.low[axis], wanted.high[axis]) = (0, region.high[axis].min(0));
        }
        let mut found = Vec::new();
        let mut index = 0;
        let mut behind = Vec::new();
        while let Some(node) = self.nodes.get(index) {
            let meets = !wanted.intersection(&node.span).is_empty();
            match node.upper {
                Some(upper) if meets => {
                    behind.push(upper as usize);
                    index += 1;
                    continue;
                }
                None if meets => {
                    let held = self.ranks[node.begin as usize..node.end as usize].iter().map(|&rank| rank as usize);
                    let shared = held.map(|rank| (rank, region.intersection(&self.box_of(rank))));
                    found.extend(shared.filter(|(_, shared)| !shared.is_empty()));
                }
                _ => {}
            }
            match behind.pop() {
                Some(next) => index = next,
                None => break,
            }
        }
        found.sort_unstable_by_key(|&(rank, _)| rank);
        found
    }
}
