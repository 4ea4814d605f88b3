// What programs ask of MPI.
#ifndef HEFFTE_MPI_H
#define HEFFTE_MPI_H

#include "heffte/errors.h"
#include "heffte/world.h"

namespace heffte {
namespace mpi {

//! The rank of this process in a communicator.
inline int comm_rank(MPI_Comm const comm) {
    int me = 0;
    detail::check_mpi(MPI_Comm_rank(comm, &me), "MPI_Comm_rank");
    return me;
}

//! Whether this process has that rank among all.
inline bool world_rank(int rank) { return comm_rank(MPI_COMM_WORLD) == rank; }
//! The rank of this process among all.
inline int world_rank() { return comm_rank(MPI_COMM_WORLD); }

//! The number of ranks of a communicator.
inline int comm_size(MPI_Comm const comm) {
    int size = 0;
    detail::check_mpi(MPI_Comm_size(comm, &size), "MPI_Comm_size");
    return size;
}

//! A communicator of some of the ranks of another, MPI_COMM_NULL elsewhere. Collective over `comm`.
inline MPI_Comm new_comm_from_group(std::vector<int> const &ranks, MPI_Comm const comm) {
    MPI_Group whole, part;
    MPI_Comm result;
    detail::check_mpi(MPI_Comm_group(comm, &whole), "MPI_Comm_group");
    detail::check_mpi(MPI_Group_incl(whole, static_cast<int>(ranks.size()), ranks.data(), &part), "MPI_Group_incl");
    detail::check_mpi(MPI_Comm_create(comm, part, &result), "MPI_Comm_create");
    detail::check_mpi(MPI_Group_free(&whole), "MPI_Group_free");
    detail::check_mpi(MPI_Group_free(&part), "MPI_Group_free");
    return result;
}

//! Frees a communicator. Collective over it. Throws std::runtime_error where that fails.
inline void comm_free(MPI_Comm const comm) {
    MPI_Comm handle = comm;
    detail::check_mpi(MPI_Comm_free(&handle), "MPI_Comm_free");
}

//! MPI's name of a type.
template <typename scalar_type> inline MPI_Datatype type_from() {
    static_assert(sizeof(scalar_type) == 0, "type_from knows int, float, double and std::complex of these two");
    return MPI_BYTE;
}
template <> inline MPI_Datatype type_from<int>() { return MPI_INT; }
template <> inline MPI_Datatype type_from<float>() { return MPI_FLOAT; }
template <> inline MPI_Datatype type_from<double>() { return MPI_DOUBLE; }
template <> inline MPI_Datatype type_from<std::complex<float>>() { return MPI_C_COMPLEX; }
template <> inline MPI_Datatype type_from<std::complex<double>>() { return MPI_C_DOUBLE_COMPLEX; }

//! The boxes of all ranks. Collective.
template <typename index>
inline ioboxes<index> gather_boxes(box3d<index> const my_inbox, box3d<index> const my_outbox, MPI_Comm const comm) {
    std::vector<heffte_abi_box> all(2 * static_cast<std::size_t>(comm_size(comm)));
    heffte_abi_box mine[2] = {detail::to_abi(my_inbox), detail::to_abi(my_outbox)};
    int const bytes = static_cast<int>(sizeof mine);
    detail::check_mpi(MPI_Allgather(mine, bytes, MPI_BYTE, all.data(), bytes, MPI_BYTE, comm), "MPI_Allgather");
    ioboxes<index> result;
    result.in.reserve(all.size() / 2);
    result.out.reserve(all.size() / 2);
    for (std::size_t i = 0; i < all.size(); i += 2) {
        result.in.push_back(detail::from_abi<index>(all[i]));
        result.out.push_back(detail::from_abi<index>(all[i + 1]));
    }
    return result;
}

//! Writes `message` and the elements of `x` where this process has the rank `me` among all.
template <typename vector_like> void dump(int me, vector_like const &x, std::string const &message) {
    if (!world_rank(me))
        return;
    std::cout << message << "\n";
    for (auto const &element : x)
        std::cout << element << "\n";
}

} // namespace mpi
} // namespace heffte

#endif
