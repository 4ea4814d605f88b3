//! Element types and the untyped description of one transform call.

use num_complex::Complex;

/// The type of an array's elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum ElementType {
    /// `f32`.
    Float32 = 0,
    /// `f64`.
    Float64 = 1,
    /// Two `f32`, real part first.
    Complex64 = 2,
    /// Two `f64`, real part first.
    Complex128 = 3,
}

impl ElementType {
    /// numpy's name of the type, which messages use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ElementType::Float32 => "float32",
            ElementType::Float64 => "float64",
            ElementType::Complex64 => "complex64",
            ElementType::Complex128 => "complex128",
        }
    }

    /// Whether it has an imaginary part.
    #[must_use]
    pub fn is_complex(self) -> bool {
        matches!(self, ElementType::Complex64 | ElementType::Complex128)
    }

    /// Whether its parts are `f64`.
    #[must_use]
    pub fn is_double(self) -> bool {
        matches!(self, ElementType::Float64 | ElementType::Complex128)
    }

    /// Bytes of one element.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            ElementType::Float32 => 4,
            ElementType::Float64 | ElementType::Complex64 => 8,
            ElementType::Complex128 => 16,
        }
    }

    /// The real type of the same precision.
    #[must_use]
    pub fn to_real(self) -> ElementType {
        if self.is_double() { ElementType::Float64 } else { ElementType::Float32 }
    }

    /// The complex type of the same precision.
    #[must_use]
    pub fn to_complex(self) -> ElementType {
        if self.is_double() { ElementType::Complex128 } else { ElementType::Complex64 }
    }
}

mod sealed {
    pub trait Sealed {}
}

/// A type that arrays may hold: `f32`, `f64` and their complex counterparts.
pub trait Element: Copy + Send + Sync + sealed::Sealed + 'static {
    /// The run-time name of the type.
    const TYPE: ElementType;
}

macro_rules! element {
    ($($type:ty => $name:ident),*) => {$(
        impl sealed::Sealed for $type {}
        impl Element for $type {
            const TYPE: ElementType = ElementType::$name;
        }
    )*};
}
element!(f32 => Float32, f64 => Float64, Complex<f32> => Complex64, Complex<f64> => Complex128);

/// An array as the language borders hand it over: an address, its length where known, and its element type.
#[derive(Debug, Clone, Copy)]
pub struct RawArray {
    /// Address of the first element; may be null where no element is needed.
    pub address: *mut u8,
    /// Elements in the array, or `None` where the caller vouches for enough (C).
    pub len: Option<usize>,
    /// Type of the elements.
    pub element: ElementType,
}

impl RawArray {
    /// The elements of a slice that is only read.
    #[must_use]
    pub fn of<E: Element>(slice: &[E]) -> RawArray {
        RawArray { address: slice.as_ptr().cast_mut().cast(), len: Some(slice.len()), element: E::TYPE }
    }

    /// The elements of a slice that may be written.
    #[must_use]
    pub fn of_mut<E: Element>(slice: &mut [E]) -> RawArray {
        RawArray { address: slice.as_mut_ptr().cast(), len: Some(slice.len()), element: E::TYPE }
    }
}
