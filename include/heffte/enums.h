// What a caller chooses between.
#ifndef HEFFTE_ENUMS_H
#define HEFFTE_ENUMS_H

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
