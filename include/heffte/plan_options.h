// How a plan goes about its work.
#ifndef HEFFTE_PLAN_OPTIONS_H
#define HEFFTE_PLAN_OPTIONS_H

#include "heffte_abi.h"
#include "heffte/backend_tags.h"

namespace heffte {

namespace detail {
//! The default of plan_options::use_gpu_aware.
#if defined(Heffte_ENABLE_GPU) && !defined(Heffte_ENABLE_GPU_AWARE_MPI)
constexpr bool is_gpu_aware = false;
#else
constexpr bool is_gpu_aware = true;
#endif
} // namespace detail

//! The choices that change how a result is computed, never what it is. The same on all ranks.
struct plan_options {
    //! The defaults of a backend.
    template <typename backend_tag,
              typename = typename std::enable_if<detail::facts<backend_tag>::is_backend>::type>
    plan_options(backend_tag const)
        : plan_options(default_plan_options<backend_tag>::use_reorder, reshape_algorithm::alltoallv, true) {}
    plan_options(bool reorder, reshape_algorithm alg, bool pencils)
        : use_reorder(reorder), algorithm(alg), use_pencils(pencils), use_gpu_aware(detail::is_gpu_aware),
          effort(planning_effort::by_default), participants(HEFFTE_ABI_ALL), value(0) {}

    //! Whether lines are made contiguous before they are transformed; accepted, this library always does.
    bool use_reorder;
    //! How data travels between ranks that do not share memory.
    reshape_algorithm algorithm;
    //! Transform one axis at a time (true), or whole planes where the boxes allow it (false).
    bool use_pencils;
    //! Whether MPI may be given memory of a device, where it can take it; without effect on the host.
    bool use_gpu_aware;
    //! What FFTW spends on planning lines; ranks may differ. heFFTe has no such member.
    planning_effort effort;

    //! Lets only the first ranks take part in the stages between the boxes, at most as many as the communicator has.
    void use_num_subranks(int num_subranks) {
        participants = HEFFTE_ABI_FIRST;
        value = num_subranks;
    }
    //! Lets only the ranks of a sub-communicator take part in them; the others give MPI_COMM_NULL, and where all do, all take
    //! part. It may be freed at once.
    void use_subcomm(MPI_Comm const comm) {
        participants = HEFFTE_ABI_MEMBERS;
        value = comm != MPI_COMM_NULL;
    }
    //! What use_num_subranks() was given, or -1.
    int get_subranks() const { return participants == HEFFTE_ABI_FIRST ? value : -1; }

    //! Writes the members that the library reads besides the boxes.
    void fill(heffte_abi_spec &spec) const {
        spec.use_reorder = use_reorder;
        spec.algorithm = static_cast<int>(algorithm);
        spec.use_pencils = use_pencils;
        spec.use_gpu_aware = use_gpu_aware;
        spec.participants = participants;
        spec.value = value;
        spec.effort = static_cast<int>(effort);
    }

  private:
    int participants, value;
};

//! The defaults of a backend.
template <typename backend_tag> inline plan_options default_options() { return plan_options(backend_tag()); }

//! Writes all options in one line.
inline std::ostream &operator<<(std::ostream &os, plan_options const &options) {
    char const *algorithm = "alltoallv";
    switch (options.algorithm) {
    case reshape_algorithm::alltoallv: break;
    case reshape_algorithm::p2p_plined: algorithm = "point-to-point-pipelined"; break;
    case reshape_algorithm::p2p: algorithm = "point-to-point"; break;
    case reshape_algorithm::alltoall: algorithm = "alltoall"; break;
    }
    return os << "options = (fft1d:" << (options.use_reorder ? "contiguous" : "strided") << ", mpi:" << algorithm
              << ", decomposition:" << (options.use_pencils ? "pencil" : "slab")
              << ", mpi:" << (options.use_gpu_aware ? "from-gpu" : "from-cpu") << ")";
}

} // namespace heffte

#endif
