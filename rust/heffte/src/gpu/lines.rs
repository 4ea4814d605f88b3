//! Which lines of a box a library of transforms takes in one call, and how it is told.

use crate::geometry::Box3d;

/// What becomes of the elements of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Numbers {
    /// Complex ones stay complex.
    Complex,
    /// Real ones become the first half of their spectrum.
    ToComplex,
    /// The first half of a spectrum becomes real ones; it may be overwritten.
    ToReal,
}

/// How one side of a transform lies in memory: in terms of the libraries, its `embed`, `stride` and `dist`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Embedding {
    /// Extents of the array that the points are embedded in, the slowest first.
    pub extents: Vec<i64>,
    /// Elements between neighbours along the fastest of them.
    pub stride: i64,
    /// Elements between one transform and the next.
    pub distance: i64,
}

/// Some transforms of one to three dimensions that a library does in one call.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Shape {
    pub numbers: Numbers,
    /// Points of a transform along each of its dimensions, the slowest first; real ones where any are real.
    pub points: Vec<i64>,
    pub from: Embedding,
    pub to: Embedding,
    /// How many transforms.
    pub count: i64,
}

/// What it takes to transform a box, and any number of boxes that lie one after the other.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BoxLines {
    /// The transforms of one box.
    pub shape: Shape,
    /// Whether those of the next boxes follow as further ones of the same call; else there is a call for each box.
    pub batches: bool,
}

impl BoxLines {
    /// The transforms of a dense box along `axes`, from elements of `before` to those of `after`: the same points, but for the axis
    /// that is `halved`, if one is, which has to be the fastest of them. None where no single call does that.
    pub fn new(
        before: &Box3d,
        after: &Box3d,
        axes: &[usize],
        (numbers, halved): (Numbers, Option<usize>),
    ) -> Option<BoxLines> {
        let order = before.order.dimensions();
        let sizes = |held: &Box3d| order.map(|axis| held.size()[axis].max(0));
        let (read, written) = (sizes(before), sizes(after));
        let place = |axis: usize| order.iter().position(|other| *other == axis).unwrap_or_default();
        let mut places: Vec<usize> = axes.iter().map(|&axis| place(axis)).collect();
        places.sort_unstable();
        if halved.is_some_and(|axis| places[0] != place(axis)) {
            return None;
        }
        let places = lone_middle(places, &read)?;
        let long = std::array::from_fn::<_, 3, _>(|place| read[place].max(written[place]));
        let points = places.iter().rev().map(|&place| long[place]).collect();
        let count = (0..3).filter(|place| !places.contains(place)).map(|place| read[place]).product();
        let (from, to) = (embedding(&read, &places), embedding(&written, &places));
        // With the slowest axis among the lines, one box does not begin where the lines of the last one would go on.
        let batches = places.len() == 3 || places.last() != Some(&2) && places.first() == Some(&0);
        Some(BoxLines { shape: Shape { numbers, points, from, to, count }, batches })
    }

    /// Those of all boxes of a batch, where one call takes them, else of one box.
    pub fn of_batch(&self, batch: usize) -> Shape {
        let mut shape = self.shape.clone();
        if self.batches {
            shape.count *= batch as i64;
        }
        shape
    }

    /// Contiguous lines, one after the other: `count` of `length` points.
    pub fn contiguous(length: i64, count: i64, numbers: Numbers) -> BoxLines {
        let line = |points: i64| Embedding { extents: vec![points], stride: 1, distance: points };
        let half = length / 2 + 1;
        let (from, to) = match numbers {
            Numbers::Complex => (length, length),
            Numbers::ToComplex => (length, half),
            Numbers::ToReal => (half, length),
        };
        let shape = Shape { numbers, points: vec![length], from: line(from), to: line(to), count };
        BoxLines { shape, batches: true }
    }
}

/// The places of a single middle axis, as those of an axis at an end where a neighbour has one point; none where neither has.
fn lone_middle(places: Vec<usize>, sizes: &[i64; 3]) -> Option<Vec<usize>> {
    let can = places[..] != [1] || sizes[0] == 1 || sizes[2] == 1;
    can.then_some(places)
}

/// How the dense box of `sizes` embeds transforms along `places`; places and sizes the fastest first.
fn embedding(sizes: &[i64; 3], places: &[usize]) -> Embedding {
    let [a, b, c] = *sizes;
    let (extents, stride, distance) = match *places {
        [0] => (vec![a], 1, a),
        [0, 1] => (vec![b, a], 1, a * b),
        [0, 2] => (vec![c, a * b], 1, a),
        [1, 2] => (vec![c, b], a, 1),
        [2] => (vec![c], a * b, 1),
        // Of the neighbours of a lone middle axis, one has a single point.
        [1] if a == 1 => (vec![b], 1, b),
        [1] => (vec![b], a, 1),
        _ => (vec![c, b, a], 1, a * b * c),
    };
    Embedding { extents, stride, distance }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Order;

    /// The addresses of the points of all transforms, by the rule of the libraries' manuals.
    fn points(shape: &Shape, side: &Embedding, extents: &[i64]) -> Vec<i64> {
        let mut all = Vec::new();
        for transform in 0..shape.count {
            let mut at = vec![0; extents.len()];
            loop {
                let index = at.iter().zip(&side.extents).fold(0, |sum, (place, extent)| sum * extent + place);
                all.push(transform * side.distance + index * side.stride);
                let Some(axis) = (0..at.len()).rev().find(|&axis| at[axis] + 1 < extents[axis]) else { break };
                at[axis] += 1;
                at[axis + 1..].fill(0);
            }
        }
        all.sort_unstable();
        all
    }

    #[test]
    fn each_element_of_a_box_is_in_one_transform() {
        for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
            for size in [[4, 5, 6], [4, 5, 1], [1, 5, 6], [4, 1, 6]] {
                let held = Box3d::of_size(size).with_order(Order::new(order, "box").unwrap());
                for axes in [&[0][..], &[1], &[2], &[0, 1], &[0, 2], &[1, 2], &[0, 1, 2]] {
                    let Some(lines) = BoxLines::new(&held, &held, axes, (Numbers::Complex, None)) else {
                        let middle = order[1] as usize;
                        assert!(axes == [middle] && size[order[0] as usize] > 1 && size[order[2] as usize] > 1);
                        continue;
                    };
                    let all: Vec<i64> = (0..held.count() as i64).collect();
                    let points = points(&lines.shape, &lines.shape.from, &lines.shape.points);
                    assert_eq!(points, all, "{order:?} {size:?} {axes:?}");
                    let expected: i64 = axes.iter().map(|&axis| size[axis]).product();
                    assert_eq!(lines.shape.points.iter().product::<i64>(), expected);
                }
            }
        }
    }

    #[test]
    fn further_boxes_are_further_transforms_where_they_can_be() {
        let held = Box3d::of_size([4, 5, 6]);
        let batches =
            |axes: &[usize]| BoxLines::new(&held, &held, axes, (Numbers::Complex, None)).map(|lines| lines.batches);
        assert_eq!([batches(&[0]), batches(&[0, 1]), batches(&[0, 1, 2])], [Some(true); 3]);
        assert_eq!([batches(&[2]), batches(&[1, 2]), batches(&[0, 2])], [Some(false); 3]);
        assert_eq!(batches(&[1]), None);
    }

    #[test]
    fn the_halved_axis_is_the_fastest_of_its_transform() {
        let real = Box3d::of_size([4, 5, 6]);
        let make = |halved: usize, axes: &[usize]| {
            BoxLines::new(&real, &real.r2c(halved), axes, (Numbers::ToComplex, Some(halved)))
        };
        let shape = make(0, &[0, 1]).unwrap().shape;
        assert_eq!((shape.points, shape.from.distance, shape.to.distance), (vec![5, 4], 20, 15));
        assert_eq!((shape.from.extents, shape.to.extents), (vec![5, 4], vec![5, 3]));
        assert!(make(1, &[1, 2]).is_some());
        assert!(make(1, &[0, 1]).is_none() && make(2, &[1, 2]).is_none() && make(1, &[1]).is_none());
        // So it is where its halves have as many points as its lines.
        let short = Box3d::of_size([4, 2, 6]);
        assert!(BoxLines::new(&short, &short.r2c(1), &[0, 1], (Numbers::ToComplex, Some(1))).is_none());
    }
}
