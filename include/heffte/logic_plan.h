// How a plan goes from box to box, for programs that tell of it.
#ifndef HEFFTE_LOGIC_PLAN_H
#define HEFFTE_LOGIC_PLAN_H

#include "heffte/plan.h"
#include "heffte/world.h"

namespace heffte {

//! The boxes of all ranks before and after each of four exchanges, with a transform along one dimension after each of the first
//! three. An exchange between the same boxes does not take place.
template <typename index = int> struct logic_plan3d {
    std::vector<box3d<index>> in_shape[4], out_shape[4];
    //! Points of the world along the dimensions of the three transforms.
    std::array<index, 3> fft_sizes;
    //! These dimensions.
    std::array<int, 3> fft_direction;
    //! Points of the world.
    long long index_count;
    plan_options const options;
    int const mpi_rank;
};

//! How a plan for these boxes would go where all ranks share a node. Not collective. A negative direction asks for a plan that is
//! not real-to-complex. Throws std::invalid_argument as making the plan would.
template <typename index>
inline logic_plan3d<index> plan_operations(ioboxes<index> const &boxes, int r2c_direction, plan_options const options,
                                           int const mpi_rank) {
    std::size_t const ranks = std::min(boxes.in.size(), boxes.out.size());
    if (boxes.in.size() != boxes.out.size())
        throw std::invalid_argument("heffte::plan_operations: there are " + std::to_string(boxes.in.size()) +
                                    " inboxes and " + std::to_string(boxes.out.size()) +
                                    " outboxes: give both of each rank");
    std::vector<heffte_abi_spec> specs;
    specs.reserve(ranks);
    int const direction = r2c_direction < 0 ? detail::no_direction : r2c_direction;
    for (std::size_t rank = 0; rank < ranks; rank++)
        specs.push_back(detail::make_spec<backend::stock>(boxes.in[rank], boxes.out[rank], direction, options));
    std::vector<heffte_abi_box> shapes(8 * ranks);
    std::array<int, 3> axes;
    detail::check(heffte_abi_shapes(specs.data(), ranks, shapes.data(), axes.data()));

    box3d<index> const world = find_world(boxes.in);
    logic_plan3d<index> result = {{}, {}, {{0, 0, 0}}, axes, world.count(), options, mpi_rank};
    for (int i = 0; i < 3; i++)
        result.fft_sizes[i] = world.size[axes[i]];
    for (std::size_t i = 0; i < shapes.size(); i++) {
        std::size_t const shape = i / ranks;
        auto &list = shape % 2 == 0 ? result.in_shape[shape / 2] : result.out_shape[shape / 2];
        list.push_back(detail::from_abi<index>(shapes[i]));
    }
    return result;
}

//! The grids of processes of the input, of the three transforms and of the output: the parts of each dimension.
template <typename index>
inline std::vector<std::array<int, 3>> compute_grids(logic_plan3d<index> const &plan) {
    auto parts = [](std::vector<box3d<index>> const &boxes) {
        std::array<int, 3> grid = {{0, 0, 0}};
        for (int d = 0; d < 3; d++) {
            std::vector<index> begins;
            for (auto const &box : boxes)
                if (!box.empty())
                    begins.push_back(box.low[d]);
            std::sort(begins.begin(), begins.end());
            grid[d] = static_cast<int>(std::unique(begins.begin(), begins.end()) - begins.begin());
        }
        return grid;
    };
    return {parts(plan.in_shape[0]), parts(plan.out_shape[0]), parts(plan.out_shape[1]), parts(plan.out_shape[2]),
            parts(plan.out_shape[3])};
}

} // namespace heffte

#endif
