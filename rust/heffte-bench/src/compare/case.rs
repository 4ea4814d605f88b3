//! What is measured: sizes, kinds, precisions, ranks, shapes.

use std::fmt;
use std::str::FromStr;

use clap::ValueEnum;
use heffte::geometry::{Box3d, make_procgrid, proc_setup_min_surface};
use serde::{Deserialize, Serialize};

/// Points along each dimension, the fastest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size(pub [i64; 3]);

impl Size {
    pub fn points(self) -> f64 {
        self.0.iter().map(|n| *n as f64).product()
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Size, String> {
        let lengths: Result<Vec<i64>, _> = text.split('x').map(str::parse).collect();
        match lengths.as_deref() {
            Ok([n]) if *n > 0 => Ok(Size([*n; 3])),
            Ok([x, y, z]) if x.min(y).min(z) > &0 => Ok(Size([*x, *y, *z])),
            _ => Err("a size is 256 or 512x256x128".to_owned()),
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [x, y, z] = self.0;
        if x == y && y == z { write!(f, "{x}³") } else { write!(f, "{x}×{y}×{z}") }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    C2c,
    R2c,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::C2c => "c2c",
            Kind::R2c => "r2c",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    F32,
    F64,
}

impl Precision {
    pub fn name(self) -> &'static str {
        match self {
            Precision::F32 => "f32",
            Precision::F64 => "f64",
        }
    }

    /// The relative error in the L2 norm that this library allows itself.
    pub fn bound(self, points: f64) -> f64 {
        let per_root = match self {
            Precision::F32 => 2.5e-7,
            Precision::F64 => 5e-16,
        };
        per_root * points.log2().max(1.0).sqrt()
    }
}

/// How the world is cut, before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// Along the slowest dimension.
    Slab,
    /// Along the two slower dimensions.
    Pencil,
    /// Along all, with the least surface.
    Brick,
}

impl Shape {
    pub fn name(self) -> &'static str {
        match self {
            Shape::Slab => "slab",
            Shape::Pencil => "pencil",
            Shape::Brick => "brick",
        }
    }

    pub fn grid(self, size: Size, ranks: usize) -> [i64; 3] {
        match self {
            Shape::Slab => [1, 1, ranks as i64],
            Shape::Pencil => {
                let [p, q] = make_procgrid(ranks as i64);
                [1, p, q]
            }
            Shape::Brick => proc_setup_min_surface(&Box3d::of_size(size.0), ranks),
        }
    }
}

/// One line of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    pub size: Size,
    pub kind: Kind,
    pub precision: Precision,
    pub ranks: usize,
    pub shape: Shape,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ranks = if self.ranks == 1 { "1 rank".to_owned() } else { format!("{} ranks", self.ranks) };
        write!(f, "{} {} {}, {ranks}, {}s", self.size, self.kind.name(), self.precision.name(), self.shape.name())
    }
}

/// Every value that a comparison can take; flags choose from it.
pub const SIZES: [Size; 7] = [
    Size([128; 3]),
    Size([256; 3]),
    Size([384; 3]),
    Size([512, 256, 128]),
    Size([243; 3]),
    Size([100; 3]),
    Size([97, 101, 103]),
];
pub const RANKS: [usize; 3] = [1, 2, 4];

/// All combinations. On one rank all shapes are the same, and one of them stands for all.
pub fn matrix(
    sizes: &[Size],
    kinds: &[Kind],
    precisions: &[Precision],
    ranks: &[usize],
    shapes: &[Shape],
) -> Vec<Case> {
    let mut cases = Vec::new();
    for &size in sizes {
        for &kind in kinds {
            for &precision in precisions {
                for &ranks in ranks {
                    let shapes = if ranks == 1 { &shapes[..shapes.len().min(1)] } else { shapes };
                    cases.extend(shapes.iter().map(|&shape| Case { size, kind, precision, ranks, shape }));
                }
            }
        }
    }
    cases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_shown() {
        assert_eq!("256".parse(), Ok(Size([256; 3])));
        assert_eq!("512x256x128".parse(), Ok(Size([512, 256, 128])));
        for wrong in ["", "0", "8x8", "8x8x-8", "8xx8", "a"] {
            assert!(wrong.parse::<Size>().is_err(), "{wrong}");
        }
        assert_eq!(Size([97, 101, 103]).to_string(), "97×101×103");
    }

    #[test]
    fn one_rank_has_one_shape() {
        let shapes = [Shape::Slab, Shape::Pencil, Shape::Brick];
        let cases = matrix(&[Size([8; 3])], &[Kind::C2c], &[Precision::F64], &[1, 2], &shapes);
        assert_eq!(cases.len(), 4);
        assert_eq!(cases[3].to_string(), "8³ c2c f64, 2 ranks, bricks");
    }
}
