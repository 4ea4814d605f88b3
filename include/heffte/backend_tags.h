// The backends: their tags, and the table that says what each is.
#ifndef HEFFTE_BACKEND_TAGS_H
#define HEFFTE_BACKEND_TAGS_H

#include "heffte_c_defines.h"
#include "heffte/enums.h"
#include "heffte/standard.h"

// What streams of CUDA and HIP point to, in their headers and here.
struct CUstream_st;
struct ihipStream_t;

namespace heffte {

namespace backend {

//! Transforms in Rust; in every build.
struct stock {};
//! Cosine transform of type II, backward type III.
struct stock_cos {};
//! Sine transform of type II, backward type III.
struct stock_sin {};
//! Cosine transform of type I.
struct stock_cos1 {};
//! Sine transform of type I.
struct stock_sin1 {};

struct fftw {};
struct fftw_cos {};
struct fftw_sin {};
struct fftw_cos1 {};
struct fftw_sin1 {};

struct mkl {};
struct mkl_cos {};
struct mkl_sin {};

struct cufft {};
struct cufft_cos {};
struct cufft_sin {};
struct cufft_cos1 {};

struct rocfft {};
struct rocfft_cos {};
struct rocfft_sin {};
struct rocfft_cos1 {};

struct onemkl {};
struct onemkl_cos {};
struct onemkl_sin {};

} // namespace backend

namespace detail {

#ifdef Heffte_ENABLE_FFTW
constexpr bool has_fftw = true;
#else
constexpr bool has_fftw = false;
#endif
#ifdef Heffte_ENABLE_MKL
constexpr bool has_mkl = true;
#else
constexpr bool has_mkl = false;
#endif
#ifdef Heffte_ENABLE_CUDA
constexpr bool has_cuda = true;
#else
constexpr bool has_cuda = false;
#endif
#ifdef Heffte_ENABLE_ROCM
constexpr bool has_rocm = true;
#else
constexpr bool has_rocm = false;
#endif
#ifdef Heffte_ENABLE_ONEAPI
constexpr bool has_oneapi = true;
#else
constexpr bool has_oneapi = false;
#endif

//! A library of one-dimensional transforms: its number in the C interface, whether this build has it, where its data lies, and what its
//! streams are.
template <int library_number, bool is_built, typename where, typename stream = void *> struct library {
    static constexpr int number = library_number;
    static constexpr bool is_enabled = is_built;
    typedef where location;
    typedef stream stream_type;
};

typedef library<0, true, tag::cpu> stock_library;
typedef library<1, has_fftw, tag::cpu> fftw_library;
typedef library<2, has_mkl, tag::cpu> mkl_library;
typedef library<10, has_cuda, tag::gpu, CUstream_st *> cufft_library;
typedef library<11, has_rocm, tag::gpu, ihipStream_t *> rocfft_library;
typedef library<12, has_oneapi, tag::gpu> onemkl_library;

//! The library behind tag::gpu, which stands for one where a build has two.
typedef std::conditional<has_rocm && !has_cuda, rocfft_library, cufft_library>::type gpu_library;

//! What a backend does along each axis, and whether it reorders by default.
template <typename of_library, int kind_of_axes, bool reorders> struct transforms_by : of_library {
    typedef of_library library_type;
    static constexpr bool is_backend = true;
    static constexpr int axis_kind = kind_of_axes;
    static constexpr bool use_reorder = reorders;
    static constexpr bool is_fourier = kind_of_axes == Heffte_AXIS_C2C;
    //! Where FFTW's conventions do not hold, a backward real-to-real transform is twice as large along each axis.
    static constexpr bool doubles_backward = !is_fourier && !std::is_same<of_library, fftw_library>::value;
};

//! The facts of a backend. Types that are no tags of backends have none.
template <typename backend_tag> struct facts {
    typedef stock_library library_type;
    static constexpr bool is_backend = false;
    static constexpr bool is_enabled = false;
    static constexpr bool is_fourier = false;
    typedef tag::cpu location;
    static char const *name() { return "unknown"; }
};

template <> struct facts<tag::cpu> : facts<void> {
    static char const *name() { return "cpu"; }
};
template <> struct facts<tag::gpu> : facts<void> {
    static char const *name() { return "gpu"; }
};

// The table: to add a backend, add its tag above and its row here.
template <> struct facts<backend::stock> : transforms_by<stock_library, Heffte_AXIS_C2C, true> {
    static char const *name() { return "stock"; }
};
template <> struct facts<backend::stock_cos> : transforms_by<stock_library, Heffte_AXIS_COS, true> {
    static char const *name() { return "stock-cos-type-II"; }
};
template <> struct facts<backend::stock_sin> : transforms_by<stock_library, Heffte_AXIS_SIN, true> {
    static char const *name() { return "stock-sin-type-II"; }
};
template <> struct facts<backend::stock_cos1> : transforms_by<stock_library, Heffte_AXIS_COS1, true> {
    static char const *name() { return "stock-cos-type-I"; }
};
template <> struct facts<backend::stock_sin1> : transforms_by<stock_library, Heffte_AXIS_SIN1, true> {
    static char const *name() { return "stock-sin-type-I"; }
};
template <> struct facts<backend::fftw> : transforms_by<fftw_library, Heffte_AXIS_C2C, true> {
    static char const *name() { return "fftw"; }
};
template <> struct facts<backend::fftw_cos> : transforms_by<fftw_library, Heffte_AXIS_COS, true> {
    static char const *name() { return "fftw-cos-type-II"; }
};
template <> struct facts<backend::fftw_sin> : transforms_by<fftw_library, Heffte_AXIS_SIN, true> {
    static char const *name() { return "fftw-sin-type-II"; }
};
template <> struct facts<backend::fftw_cos1> : transforms_by<fftw_library, Heffte_AXIS_COS1, true> {
    static char const *name() { return "fftw-cos-type-I"; }
};
template <> struct facts<backend::fftw_sin1> : transforms_by<fftw_library, Heffte_AXIS_SIN1, true> {
    static char const *name() { return "fftw-sin-type-I"; }
};
template <> struct facts<backend::mkl> : transforms_by<mkl_library, Heffte_AXIS_C2C, false> {
    static char const *name() { return "mkl"; }
};
template <> struct facts<backend::mkl_cos> : transforms_by<mkl_library, Heffte_AXIS_COS, true> {
    static char const *name() { return "mkl-cos"; }
};
template <> struct facts<backend::mkl_sin> : transforms_by<mkl_library, Heffte_AXIS_SIN, true> {
    static char const *name() { return "mkl-sin"; }
};
template <> struct facts<backend::cufft> : transforms_by<cufft_library, Heffte_AXIS_C2C, false> {
    static char const *name() { return "cufft"; }
};
template <> struct facts<backend::cufft_cos> : transforms_by<cufft_library, Heffte_AXIS_COS, true> {
    static char const *name() { return "cufft-cos-type-II"; }
};
template <> struct facts<backend::cufft_sin> : transforms_by<cufft_library, Heffte_AXIS_SIN, true> {
    static char const *name() { return "cufft-sin-type-II"; }
};
template <> struct facts<backend::cufft_cos1> : transforms_by<cufft_library, Heffte_AXIS_COS1, true> {
    static char const *name() { return "cufft-cos-type-I"; }
};
template <> struct facts<backend::rocfft> : transforms_by<rocfft_library, Heffte_AXIS_C2C, true> {
    static char const *name() { return "rocfft"; }
};
template <> struct facts<backend::rocfft_cos> : transforms_by<rocfft_library, Heffte_AXIS_COS, true> {
    static char const *name() { return "rocfft-cos"; }
};
template <> struct facts<backend::rocfft_sin> : transforms_by<rocfft_library, Heffte_AXIS_SIN, true> {
    static char const *name() { return "rocfft-sin"; }
};
template <> struct facts<backend::rocfft_cos1> : transforms_by<rocfft_library, Heffte_AXIS_COS1, true> {
    static char const *name() { return "rocfft-cos-type-I"; }
};
template <> struct facts<backend::onemkl> : transforms_by<onemkl_library, Heffte_AXIS_C2C, false> {
    static char const *name() { return "onemkl"; }
};
template <> struct facts<backend::onemkl_cos> : transforms_by<onemkl_library, Heffte_AXIS_COS, true> {
    static char const *name() { return "onemkl-cos"; }
};
template <> struct facts<backend::onemkl_sin> : transforms_by<onemkl_library, Heffte_AXIS_SIN, true> {
    static char const *name() { return "onemkl-sin"; }
};

//! The library of a backend of devices; that behind tag::gpu for others, which have none.
template <typename backend_tag> struct device_library {
    typedef typename std::conditional<std::is_same<typename facts<backend_tag>::location, tag::gpu>::value,
                                      typename facts<backend_tag>::library_type, gpu_library>::type type;
};

//! Where arrays of a backend lie: in a location, or in memory of a library that is not the one behind tag::gpu.
template <typename backend_tag> struct place_of {
    typedef typename facts<backend_tag>::location location;
    typedef typename std::conditional<
        std::is_same<location, tag::cpu>::value ||
            std::is_same<typename device_library<backend_tag>::type, gpu_library>::value,
        location, typename facts<backend_tag>::library_type>::type type;
};

} // namespace detail

namespace backend {

//! Whether this build has the backend.
template <typename backend_tag> struct is_enabled : std::integral_constant<bool, detail::facts<backend_tag>::is_enabled> {};

//! The name of a backend, "cpu" or "gpu" of a location, "unknown" of anything else.
template <typename backend_tag> inline std::string name() { return detail::facts<backend_tag>::name(); }

//! The first choice of a location: the fastest backend of this build.
template <typename location> struct default_backend { typedef stock type; };
template <> struct default_backend<tag::cpu> {
    typedef std::conditional<detail::has_mkl, mkl, std::conditional<detail::has_fftw, fftw, stock>::type>::type type;
};
template <> struct default_backend<tag::gpu> {
    typedef std::conditional<
        detail::has_cuda, cufft,
        std::conditional<detail::has_rocm, rocfft, std::conditional<detail::has_oneapi, onemkl, stock>::type>::type>::type
        type;
};

} // namespace backend

//! The default of plan_options::use_reorder.
template <typename backend_tag> struct default_plan_options {
    static constexpr bool use_reorder = detail::facts<backend_tag>::use_reorder;
};

} // namespace heffte

#endif
