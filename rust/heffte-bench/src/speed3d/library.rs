//! The backends, in the words of the programs.

use heffte::{AxisKind, BackendKind, R2rKind};

use super::Kind;

/// A backend, and what it does along each axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    pub backend: BackendKind,
    pub axis: AxisKind,
    /// The name as an argument.
    pub name: String,
    /// The name as heFFTe prints it.
    pub full_name: String,
}

/// The cosine and sine transforms: what names end with.
const R2R: [(R2rKind, &str, &str); 4] = [
    (R2rKind::Cos, "-cos", "-cos-type-II"),
    (R2rKind::Sin, "-sin", "-sin-type-II"),
    (R2rKind::Cos1, "-cos1", "-cos-type-I"),
    (R2rKind::Sin1, "-sin1", "-sin-type-I"),
];

impl Library {
    /// Those of this build that a program of that kind can use.
    pub fn all(kind: Kind) -> impl Iterator<Item = Library> {
        let of = |backend: BackendKind, axis, [end, full_end]: [&str; 2]| {
            let (name, full_name) = (backend.name().to_owned() + end, backend.name().to_owned() + full_end);
            Library { backend, axis, name, full_name }
        };
        BackendKind::built().chain([BackendKind::Auto]).flat_map(move |backend| match kind {
            // Cosines and sines were not measured.
            Kind::R2r if backend == BackendKind::Auto => Vec::new(),
            Kind::R2r => R2R.map(|(kind, end, full)| of(backend, AxisKind::R2r(kind), [end, full])).to_vec(),
            Kind::C2c | Kind::R2c | Kind::Convolution => vec![of(backend, AxisKind::C2c, ["", ""])],
        })
    }

    /// The name as it is printed, with what was picked where that was left open.
    pub fn shown(&self, picked: BackendKind) -> String {
        match self.backend {
            BackendKind::Auto => format!("{} ({})", self.full_name, picked.name()),
            _ => self.full_name.clone(),
        }
    }
}
