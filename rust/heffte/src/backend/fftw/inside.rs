//! The FFTW that the crate `fftw-src` carries, inside this library.

use std::ffi::c_void;

use super::api::Api;

/// The address of a function by its name without a prefix, among these.
macro_rules! addresses {
    ($($name:literal: $function:ident,)*) => {
        |name: &str| match name {
            $($name => Ok(fftw_sys::$function as *const c_void),)*
            other => Err(format!("{other} is not among the functions of FFTW that are inside")),
        }
    };
}

/// In single and in double precision.
pub(super) fn functions() -> Result<(Api<f32>, Api<f64>), String> {
    let double = addresses! {
        "plan_guru64_dft": fftw_plan_guru64_dft,
        "plan_guru64_dft_r2c": fftw_plan_guru64_dft_r2c,
        "plan_guru64_dft_c2r": fftw_plan_guru64_dft_c2r,
        "plan_guru64_r2r": fftw_plan_guru64_r2r,
        "execute_dft": fftw_execute_dft,
        "execute_dft_r2c": fftw_execute_dft_r2c,
        "execute_dft_c2r": fftw_execute_dft_c2r,
        "execute_r2r": fftw_execute_r2r,
        "destroy_plan": fftw_destroy_plan,
        "alignment_of": fftw_alignment_of,
        "malloc": fftw_malloc,
        "free": fftw_free,
        "import_wisdom_from_string": fftw_import_wisdom_from_string,
        "export_wisdom_to_string": fftw_export_wisdom_to_string,
    };
    let single = addresses! {
        "plan_guru64_dft": fftwf_plan_guru64_dft,
        "plan_guru64_dft_r2c": fftwf_plan_guru64_dft_r2c,
        "plan_guru64_dft_c2r": fftwf_plan_guru64_dft_c2r,
        "plan_guru64_r2r": fftwf_plan_guru64_r2r,
        "execute_dft": fftwf_execute_dft,
        "execute_dft_r2c": fftwf_execute_dft_r2c,
        "execute_dft_c2r": fftwf_execute_dft_c2r,
        "execute_r2r": fftwf_execute_r2r,
        "destroy_plan": fftwf_destroy_plan,
        "alignment_of": fftwf_alignment_of,
        "malloc": fftwf_malloc,
        "free": fftwf_free,
        "import_wisdom_from_string": fftwf_import_wisdom_from_string,
        "export_wisdom_to_string": fftwf_export_wisdom_to_string,
    };
    // SAFETY: the functions are FFTW's, of these precisions.
    unsafe { Ok((Api::of(single)?, Api::of(double)?)) }
}
