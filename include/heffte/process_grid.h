// Grids of processes: how many parts each dimension of a world is cut into.
#ifndef HEFFTE_PROCESS_GRID_H
#define HEFFTE_PROCESS_GRID_H

#include "heffte/box3d.h"
#include "heffte/errors.h"

namespace heffte {

//! Which entries of a list of boxes get a part of the world; the others are empty.
struct rank_remap {
    //! One entry for each part.
    rank_remap() : total(0) {}
    //! `entries` entries, of which the first ones get the parts.
    explicit rank_remap(int entries) : total(entries) {}
    //! The length of the list, or 0 for as many as there are parts.
    int total;
};

//! Cuts `world` into a grid of boxes in its order: box (i, j, k) is at i + p0 * (j + p1 * k), and where a dimension does not
//! divide evenly the first boxes have one point more. Throws std::invalid_argument where the grid has no part.
template <typename index>
inline std::vector<box3d<index>> split_world(box3d<index> const world, std::array<int, 3> const proc_grid,
                                             rank_remap const &remap = rank_remap()) {
    for (int d = 0; d < 3; d++)
        if (proc_grid[d] < 1)
            throw std::invalid_argument("heffte::split_world: the grid has " + std::to_string(proc_grid[d]) +
                                        " parts in dimension " + std::to_string(d) + ": it must have 1 or more");
    auto first = [&](int d, int part) -> index {
        index const parts = proc_grid[d], each = world.size[d] / parts, extra = world.size[d] % parts;
        return world.low[d] + part * each + std::min(static_cast<index>(part), extra);
    };
    std::vector<box3d<index>> result;
    result.reserve(static_cast<std::size_t>(proc_grid[0]) * proc_grid[1] * proc_grid[2]);
    for (int k = 0; k < proc_grid[2]; k++)
        for (int j = 0; j < proc_grid[1]; j++)
            for (int i = 0; i < proc_grid[0]; i++)
                result.emplace_back(
                    std::array<index, 3>{{first(0, i), first(1, j), first(2, k)}},
                    std::array<index, 3>{{first(0, i + 1) - 1, first(1, j + 1) - 1, first(2, k + 1) - 1}},
                    world.order);
    while (result.size() < static_cast<std::size_t>(remap.total))
        result.emplace_back(std::array<index, 3>{{0, 0, 0}}, std::array<index, 3>{{-1, -1, -1}}, world.order);
    return result;
}

//! The grid of bricks over `world`, one for each process, that has the least surface between bricks. Throws std::invalid_argument where
//! there is no process.
template <typename index>
inline std::array<int, 3> proc_setup_min_surface(box3d<index> const world, int num_procs) {
    std::array<long long, 3> const size = {{world.size[0], world.size[1], world.size[2]}};
    std::array<int, 3> grid = {{1, 1, 1}};
    detail::check(heffte_abi_min_surface_grid(size.data(), num_procs, grid.data()));
    return grid;
}

//! The pairs of factors of `n`, the first factors ascending.
inline std::vector<std::array<int, 2>> get_factors(int const n) {
    std::vector<std::array<int, 2>> result;
    for (int i = 1; i <= n; i++)
        if (n % i == 0)
            result.push_back(std::array<int, 2>{{i, n / i}});
    return result;
}

//! The product of both.
inline int get_area(std::array<int, 2> const &dims) { return dims[0] * dims[1]; }

//! The two factors of `num_procs` with the least sum, the smaller first: 20 gives {4, 5}, 17 gives {1, 17}.
inline std::array<int, 2> make_procgrid(int const num_procs) {
    std::array<int, 2> best = {{1, num_procs}};
    for (int i = 1; i <= num_procs / i; i++)
        if (num_procs % i == 0)
            best = std::array<int, 2>{{i, num_procs / i}};
    return best;
}

//! A grid with one part along `direction_1d`, and along the two others those of `candidate_grid` where it has no more parts than
//! there are points, else those of the factors with the least sum that fit. Throws std::runtime_error where none fit.
template <typename index>
inline std::array<int, 3> make_procgrid2d(box3d<index> const world, int direction_1d,
                                          std::array<int, 2> const candidate_grid) {
    int const a = direction_1d == 0 ? 1 : 0, b = direction_1d == 2 ? 1 : 2;
    auto fits = [&](std::array<int, 2> const &grid) { return grid[0] <= world.size[a] && grid[1] <= world.size[b]; };
    auto sum = [](std::array<int, 2> const &grid) { return grid[0] + grid[1]; };
    std::array<int, 2> best = candidate_grid;
    if (!fits(best))
        for (auto const &grid : get_factors(get_area(candidate_grid)))
            if (fits(grid) && (!fits(best) || sum(grid) < sum(best)))
                best = grid;
    if (!fits(best))
        throw std::runtime_error("heffte::make_procgrid2d: no grid of " + std::to_string(get_area(candidate_grid)) +
                                 " parts fits " + std::to_string(world.size[a]) + " x " +
                                 std::to_string(world.size[b]) + " points: use fewer");
    std::array<int, 3> result = {{1, 1, 1}};
    result[a] = best[0];
    result[b] = best[1];
    return result;
}

} // namespace heffte

#endif
