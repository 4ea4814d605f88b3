// What a caller chooses between.
#ifndef HEFFTE_ENUMS_H
#define HEFFTE_ENUMS_H

#include "heffte_c_defines.h"

namespace heffte {

//! The factor that a transform applies to its result.
enum class scale {
    //! None: forward followed by backward multiplies by the number of points.
    none,
    //! One over the number of points of the real-space world; see rtransform for cosine and sine transforms.
    full,
    //! The square root of that.
    symmetric
};

//! What happens along a dimension of n points, for transform3d; FFTW's names of the forward and the backward transform in brackets.
enum class axis {
    //! Nothing.
    identity = Heffte_AXIS_IDENTITY,
    //! The complex Fourier transform.
    c2c = Heffte_AXIS_C2C,
    //! The Fourier transform of real data, of which n / 2 + 1 points are kept; one dimension at most has it.
    r2c = Heffte_AXIS_R2C,
    //! DCT-II (REDFT10, REDFT01).
    cos = Heffte_AXIS_COS,
    //! DST-II (RODFT10, RODFT01).
    sin = Heffte_AXIS_SIN,
    //! DCT-I, of two points at least (REDFT00, REDFT00).
    cos1 = Heffte_AXIS_COS1,
    //! DST-I (RODFT00, RODFT00).
    sin1 = Heffte_AXIS_SIN1
};

//! What FFTW spends on planning lines; other backends take no notice.
enum class planning_effort {
    //! What heffte_set_planning_effort() or the environment's HEFFTE_FFTW_PLANNER say, or an estimate.
    by_default = 0,
    //! FFTW_ESTIMATE.
    estimate = 1,
    //! FFTW_MEASURE: seconds when lines of a length are first transformed.
    measure = 2,
    //! FFTW_PATIENT: minutes.
    patient = 3
};

//! Which way a transform goes.
enum class direction { forward, backward };

//! How data travels between ranks that do not share memory.
enum class reshape_algorithm {
    //! MPI_Alltoallv with exact counts.
    alltoallv = 0,
    //! Messages between pairs, all begun at once.
    p2p_plined = 1,
    //! Messages between pairs, with blocking sends.
    p2p = 2,
    //! MPI_Alltoall with blocks padded to the largest.
    alltoall = 3
};

//! Where data lies.
namespace tag {
//! In the memory of the host.
struct cpu {};
//! In the memory of a device.
struct gpu {};
} // namespace tag

} // namespace heffte

#endif
