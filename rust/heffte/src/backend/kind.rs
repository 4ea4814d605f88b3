//! The names and numbers of the backends.

use super::{Backend, stock};
use crate::error::{Error, Result};
use crate::gpu;
use crate::options::{PlanOptions, PlanningEffort};

/// A backend by the number that heFFTe's C interface gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
#[repr(i32)]
pub enum BackendKind {
    /// Transforms in Rust (rustfft, realfft); in every build.
    #[default]
    Stock = 0,
    /// FFTW, loaded when a plan first wants it.
    Fftw = 1,
    /// Intel MKL, loaded when a plan first wants it.
    Mkl = 2,
    /// NVIDIA cuFFT, in the memory of a device; loaded when a plan first wants it.
    Cufft = 10,
    /// AMD rocFFT by way of hipFFT, in the memory of a device; loaded when a plan first wants it.
    Rocfft = 11,
    /// That of the others which should be the fastest for the plan; heFFTe has no such backend.
    Auto = 100,
}

impl BackendKind {
    /// heFFTe's backends, in this build or not.
    pub const ALL: [BackendKind; 5] =
        [BackendKind::Stock, BackendKind::Fftw, BackendKind::Mkl, BackendKind::Cufft, BackendKind::Rocfft];

    /// heFFTe's name of the backend, or `auto`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            BackendKind::Stock => "stock",
            BackendKind::Fftw => "fftw",
            BackendKind::Mkl => "mkl",
            BackendKind::Cufft => "cufft",
            BackendKind::Rocfft => "rocfft",
            BackendKind::Auto => "auto",
        }
    }

    /// The backend itself, which plans with this effort.
    ///
    /// # Errors
    /// [`Error::BackendNotBuilt`] where it is not in this build, [`Error::BackendUnavailable`] where its library cannot be loaded.
    #[cfg_attr(not(feature = "fftw"), expect(unused_variables, reason = "FFTW alone plans with an effort"))]
    pub(crate) fn instance(self, effort: PlanningEffort) -> Result<Box<dyn Backend>> {
        match self {
            // Plans put what they pick in its place before they ask for an instance; stock is what they can always pick.
            BackendKind::Stock | BackendKind::Auto => Ok(Box::new(stock::Stock)),
            #[cfg(feature = "fftw")]
            BackendKind::Fftw => match super::fftw::Fftw::new(effort) {
                Ok(fftw) => Ok(Box::new(fftw)),
                Err(reason) => Err(self.unavailable(reason)),
            },
            #[cfg(feature = "mkl")]
            BackendKind::Mkl => match super::mkl::Mkl::new() {
                Ok(mkl) => Ok(Box::new(mkl)),
                Err(reason) => Err(self.unavailable(reason)),
            },
            _ => Err(self.not_built()),
        }
    }

    fn not_built(self) -> Error {
        Error::BackendNotBuilt { name: self.name(), value: self as i32, built: built_list() }
    }

    #[cfg(any(feature = "fftw", feature = "mkl"))]
    fn unavailable(self, reason: String) -> Error {
        Error::BackendUnavailable { name: self.name(), value: self as i32, reason }
    }

    /// Whether it is in this build.
    #[must_use]
    pub fn is_built(self) -> bool {
        match self {
            BackendKind::Stock | BackendKind::Auto => true,
            BackendKind::Fftw => cfg!(feature = "fftw"),
            BackendKind::Mkl => cfg!(feature = "mkl"),
            BackendKind::Cufft => cfg!(feature = "cuda"),
            BackendKind::Rocfft => cfg!(feature = "rocm"),
        }
    }

    /// Whether it transforms in the memory of a device, not of the host.
    #[must_use]
    pub fn is_device(self) -> bool {
        matches!(self, BackendKind::Cufft | BackendKind::Rocfft)
    }

    /// The backends in this build that transform in host memory, but for [`BackendKind::Auto`].
    pub fn on_host() -> impl Iterator<Item = BackendKind> {
        BackendKind::built().filter(|kind| !kind.is_device())
    }

    /// The backends in this build, but for [`BackendKind::Auto`].
    pub fn built() -> impl Iterator<Item = BackendKind> {
        BackendKind::ALL.into_iter().filter(|kind| kind.is_built())
    }

    /// # Errors
    /// [`Error::BackendNotBuilt`] where it is not in this build.
    pub fn check_built(self) -> Result<()> {
        if self.is_built() { Ok(()) } else { Err(self.not_built()) }
    }

    /// Whether plans can use it: it is in this build, and its library can be loaded.
    ///
    /// # Errors
    /// [`Error::BackendNotBuilt`], [`Error::BackendUnavailable`].
    pub fn check(self) -> Result<()> {
        if self.is_device() { gpu::check(self) } else { self.instance(PlanningEffort::Estimate).map(drop) }
    }

    /// Whether its transforms may fail after they were planned; ranks agree at the end of a call whether any did, then.
    pub(crate) fn may_fail(self) -> bool {
        self == BackendKind::Mkl
    }

    /// Whether heFFTe reorders data by default for this backend.
    #[must_use]
    pub fn default_reorder(self) -> bool {
        !matches!(self, BackendKind::Mkl | BackendKind::Cufft)
    }
}

/// The backends in this build, as messages list them: `stock (0)`.
fn built_list() -> String {
    let names: Vec<_> = BackendKind::built().map(|kind| format!("{} ({})", kind.name(), kind as i32)).collect();
    names.join(", ")
}

impl TryFrom<i64> for BackendKind {
    type Error = Error;

    fn try_from(value: i64) -> Result<BackendKind> {
        BackendKind::ALL
            .into_iter()
            .chain([BackendKind::Auto])
            .find(|kind| *kind as i64 == value)
            .ok_or_else(|| Error::UnknownBackend { given: value.to_string(), built: built_list() })
    }
}

impl PlanOptions {
    /// The defaults of heFFTe for `backend`.
    #[must_use]
    pub fn for_backend(backend: BackendKind) -> PlanOptions {
        PlanOptions { use_reorder: backend.default_reorder(), ..PlanOptions::default() }
    }
}
