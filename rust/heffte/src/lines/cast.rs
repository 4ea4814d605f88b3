//! Conversions between real and complex elements.

use num_complex::Complex;

use crate::backend::Real;

/// Makes an element of one type of an element of another.
pub(super) trait Cast<To>: Copy {
    /// Whether nothing changes, so that bytes can be copied.
    const IS_SAME: bool;
    fn cast(self) -> To;
}

impl<T: Real> Cast<T> for T {
    const IS_SAME: bool = true;
    fn cast(self) -> T {
        self
    }
}

impl<T: Real> Cast<Complex<T>> for Complex<T> {
    const IS_SAME: bool = true;
    fn cast(self) -> Complex<T> {
        self
    }
}

/// A real number is a complex one without an imaginary part …
impl<T: Real> Cast<Complex<T>> for T {
    const IS_SAME: bool = false;
    fn cast(self) -> Complex<T> {
        Complex::new(self, T::zero())
    }
}

/// … which a real array has no place for.
impl<T: Real> Cast<T> for Complex<T> {
    const IS_SAME: bool = false;
    fn cast(self) -> T {
        self.re
    }
}
