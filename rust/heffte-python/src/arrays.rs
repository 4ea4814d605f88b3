//! Arrays as Python hands them over.

use heffte::{ElementType, Error, RawArray, Result};

/// Address, number of elements, and numpy's name of their type.
pub type PyArray = (usize, usize, String);

/// The array that Python describes.
pub fn raw(array: &PyArray) -> Result<RawArray> {
    let types = [ElementType::Float32, ElementType::Float64, ElementType::Complex64, ElementType::Complex128];
    let (address, len, name) = array;
    let element = types.into_iter().find(|element| element.name() == name).ok_or_else(|| Error::Caller {
        message: format!("dtype {name} cannot be transformed: use float32, float64, complex64 or complex128"),
    })?;
    Ok(RawArray { address: *address as *mut u8, len: Some(*len), element })
}
