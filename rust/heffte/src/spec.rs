//! What one rank says about the plan it wants.

use crate::axis::{AxisKind, Domain};
use crate::backend::BackendKind;
use crate::error::{Error, Result};
use crate::geometry::{Box3d, Order};
use crate::options::{Participants, PlanOptions, PlanningEffort, Transport};

/// One rank's description of a plan: its boxes, what happens along each axis, the backend and the options.
///
/// Boxes belong to this rank; all else must be the same on all ranks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spec {
    /// The library of one-dimensional transforms.
    pub backend: BackendKind,
    /// This rank's points before a forward transform.
    pub inbox: Box3d,
    /// This rank's points after it.
    pub outbox: Box3d,
    /// What happens along each axis.
    pub kinds: [AxisKind; 3],
    /// Whether a backward transform returns twice as much for each real-to-real axis as FFTW does, as all backends of heFFTe but
    /// FFTW do. The full scale undoes it, in either direction.
    pub doubles_backward: bool,
    /// The number of the device, for a backend that has one; none for that of the thread that makes the plan. Ranks may differ.
    pub device: Option<i32>,
    /// How the result is computed.
    pub options: PlanOptions,
}

/// Integers that a [`Spec`] takes on the wire.
pub(crate) const SPEC_WORDS: usize = 37;

impl Spec {
    /// A complex transform along all three axes, by the stock backend with its default options.
    #[must_use]
    pub fn c2c(inbox: Box3d, outbox: Box3d) -> Spec {
        let backend = BackendKind::Stock;
        let options = PlanOptions::for_backend(backend);
        Spec { backend, inbox, outbox, kinds: [AxisKind::C2c; 3], doubles_backward: false, device: None, options }
    }

    /// A transform of real data, which halves the axis `direction`.
    ///
    /// # Errors
    /// [`Error::Direction`] where `direction` is not 0, 1 or 2.
    pub fn r2c(inbox: Box3d, outbox: Box3d, direction: i64) -> Result<Spec> {
        let mut spec = Spec::c2c(inbox, outbox);
        let kind = usize::try_from(direction).ok().and_then(|axis| spec.kinds.get_mut(axis));
        *kind.ok_or(Error::Direction { direction })? = AxisKind::R2c;
        Ok(spec)
    }

    /// The same by another backend, with the default options of that one.
    #[must_use]
    pub fn with_backend(self, backend: BackendKind) -> Spec {
        Spec { backend, options: PlanOptions::for_backend(backend), ..self }
    }

    /// The same with other options.
    #[must_use]
    pub fn with_options(self, options: PlanOptions) -> Spec {
        Spec { options, ..self }
    }

    /// The same with other kinds.
    #[must_use]
    pub fn with_kinds(self, kinds: [AxisKind; 3]) -> Spec {
        Spec { kinds, ..self }
    }

    /// The same with the kinds of these numbers.
    ///
    /// # Errors
    /// [`Error::UnknownKind`].
    pub fn with_kind_numbers(self, numbers: [i64; 3]) -> Result<Spec> {
        let mut kinds = self.kinds;
        for (axis, (kind, given)) in kinds.iter_mut().zip(numbers).enumerate() {
            *kind = AxisKind::of_number(given).ok_or(Error::UnknownKind { axis, given })?;
        }
        Ok(self.with_kinds(kinds))
    }

    /// The same, and backward transforms [return twice as much](Spec::doubles_backward) for each real-to-real axis, or not.
    #[must_use]
    pub fn with_doubled_backward(self, doubles_backward: bool) -> Spec {
        Spec { doubles_backward, ..self }
    }

    /// The same on the device of that number, or on the current one.
    #[must_use]
    pub fn with_device(self, device: Option<i32>) -> Spec {
        Spec { device, ..self }
    }

    /// The numbers in which the plan works.
    #[must_use]
    pub fn domain(&self) -> Domain {
        Domain::of(&self.kinds)
    }

    /// The axis that halves real data, if there is one.
    #[must_use]
    pub fn r2c_axis(&self) -> Option<usize> {
        self.kinds.iter().position(|kind| *kind == AxisKind::R2c)
    }

    /// What this rank alone can find wrong.
    ///
    /// # Errors
    /// [`Error::BoxTooLarge`], [`Error::TwoRealAxes`], [`Error::BackendNotBuilt`], [`Error::BackendUnavailable`].
    pub fn checked(self) -> Result<Spec> {
        self.backend.check()?;
        self.inbox.checked("inbox")?;
        self.outbox.checked("outbox")?;
        let mut real = (0..3).filter(|&axis| self.kinds[axis] == AxisKind::R2c);
        match (real.next(), real.next()) {
            (Some(first), Some(second)) => Err(Error::TwoRealAxes { first, second }),
            _ => Ok(self),
        }
    }

    /// This description as integers; [`Spec::from_words`] reads them.
    pub(crate) fn to_words(self) -> [i64; SPEC_WORDS] {
        let box_words = |b: Box3d| b.low.into_iter().chain(b.high).chain(b.order.dimensions().map(|d| d as i64));
        let options = self.options;
        let participants = match options.participants {
            Participants::All => [0, 0],
            Participants::First(n) => [1, n],
            Participants::Member(member) => [2, i64::from(member)],
        };
        let mut words = [0; SPEC_WORDS];
        let values = std::iter::once(self.backend as i64)
            .chain(box_words(self.inbox))
            .chain(box_words(self.outbox))
            .chain(self.kinds.map(AxisKind::number))
            .chain([options.transport as i64])
            .chain([options.use_reorder, options.use_pencils, options.use_gpu_aware].map(i64::from))
            .chain(participants)
            .chain([options.count_limit, i64::from(options.use_shared_memory), options.threads as i64])
            .chain([i64::from(options.treat_as_large), options.pretended_node as i64, i64::from(options.tune)])
            .chain([i64::from(self.doubles_backward), options.effort as i64])
            .chain([self.device.map_or(-1, i64::from)]);
        for (word, value) in words.iter_mut().zip(values) {
            *word = value;
        }
        words
    }

    /// The description that `words` stand for. They come from another rank's [`Spec::to_words`].
    pub(crate) fn from_words(words: &[i64; SPEC_WORDS]) -> Result<Spec> {
        let triple = |at: usize| [words[at], words[at + 1], words[at + 2]];
        let read_box = |at: usize, argument| {
            Ok(Box3d::new(triple(at), triple(at + 3)).with_order(Order::new(triple(at + 6), argument)?))
        };
        let kind = |word: i64| AxisKind::of_number(word).unwrap_or_default();
        Ok(Spec {
            backend: BackendKind::try_from(words[0])?,
            inbox: read_box(1, "inbox")?,
            outbox: read_box(10, "outbox")?,
            kinds: triple(19).map(kind),
            doubles_backward: words[34] != 0,
            device: i32::try_from(words[36]).ok().filter(|device| *device >= 0),
            options: PlanOptions {
                transport: Transport::try_from(words[22])?,
                use_reorder: words[23] != 0,
                use_pencils: words[24] != 0,
                use_gpu_aware: words[25] != 0,
                participants: match words[26] {
                    0 => Participants::All,
                    1 => Participants::First(words[27]),
                    _ => Participants::Member(words[27] != 0),
                },
                count_limit: words[28],
                use_shared_memory: words[29] != 0,
                threads: words[30] as usize,
                treat_as_large: words[31] != 0,
                pretended_node: words[32] as usize,
                tune: words[33] != 0,
                effort: PlanningEffort::try_from(words[35])?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_survives_the_wire() {
        let order = Order::new([1, 2, 0], "inbox").unwrap();
        let boxes = [Box3d::new([0, 1, 2], [3, 4, 5]).with_order(order), Box3d::new([9, 8, 7], [6, 5, 4])];
        for participants in [Participants::All, Participants::First(3), Participants::Member(true)] {
            let options = PlanOptions {
                use_reorder: false,
                transport: Transport::P2p,
                use_pencils: false,
                use_gpu_aware: false,
                participants,
                use_shared_memory: false,
                threads: 5,
                treat_as_large: true,
                pretended_node: 9,
                tune: true,
                effort: PlanningEffort::Patient,
                count_limit: 77,
            };
            for kinds in AxisKind::ALL.windows(3) {
                let spec = Spec::c2c(boxes[0], boxes[1]).with_options(options).with_doubled_backward(options.tune);
                let spec = spec.with_kinds([kinds[0], kinds[1], kinds[2]]);
                assert_eq!(Spec::from_words(&spec.to_words()).unwrap(), spec);
            }
        }
    }

    #[test]
    fn only_dimensions_are_directions() {
        for direction in [-1, 3, i64::MAX] {
            let error = Spec::r2c(Box3d::empty(), Box3d::empty(), direction).unwrap_err();
            assert_eq!(error, Error::Direction { direction });
        }
    }

    #[test]
    fn two_axes_cannot_both_be_real() {
        let spec = Spec::c2c(Box3d::empty(), Box3d::empty()).with_kinds([AxisKind::R2c, AxisKind::C2c, AxisKind::R2c]);
        assert_eq!(spec.checked().unwrap_err(), Error::TwoRealAxes { first: 0, second: 2 });
    }
}
