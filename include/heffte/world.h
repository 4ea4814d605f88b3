// Lists of boxes, one for each rank.
#ifndef HEFFTE_WORLD_H
#define HEFFTE_WORLD_H

#include "heffte/box3d.h"
#include "heffte/errors.h"
#include "heffte/process_grid.h"

namespace heffte {

//! The inboxes and the outboxes of all ranks.
template <typename index = int> struct ioboxes {
    std::vector<box3d<index>> in, out;
};

//! The smallest box that holds all, in the order of the first.
template <typename index> inline box3d<index> find_world(std::vector<box3d<index>> const &boxes) {
    if (boxes.empty())
        throw std::invalid_argument("heffte::find_world: there are no boxes: give one of each rank");
    bool found = false;
    std::array<index, 3> low = boxes[0].low, high = boxes[0].high;
    for (auto const &box : boxes) {
        if (box.empty())
            continue;
        for (int d = 0; d < 3; d++) {
            low[d] = found ? std::min(low[d], box.low[d]) : box.low[d];
            high[d] = found ? std::max(high[d], box.high[d]) : box.high[d];
        }
        found = true;
    }
    return box3d<index>(low, high, boxes[0].order);
}

//! Whether both lists have the same boxes in the same orders.
template <typename index>
inline bool match(std::vector<box3d<index>> const &a, std::vector<box3d<index>> const &b) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](box3d<index> const &one, box3d<index> const &other) {
               return one == other && one.ordered_same_as(other);
           });
}

//! True where the boxes are disjoint and fill `world`, which begins at the origin; else throws std::invalid_argument.
template <typename index>
inline bool world_complete(std::vector<box3d<index>> const &boxes, box3d<index> const world) {
    std::vector<heffte_abi_box> list;
    list.reserve(boxes.size());
    for (auto const &box : boxes)
        list.push_back(detail::to_abi(box));
    heffte_abi_box filled;
    detail::check(heffte_abi_check_world(list.data(), list.size(), &filled));
    if (detail::from_abi<index>(filled) == world)
        return true;
    std::ostringstream message;
    auto corners = [&](std::array<index, 3> const &low, std::array<index, 3> const &high) {
        message << "(" << low[0] << ", " << low[1] << ", " << low[2] << ")-(" << high[0] << ", " << high[1] << ", "
                << high[2] << ")";
    };
    box3d<index> const found = detail::from_abi<index>(filled);
    message << "heffte::world_complete: the boxes fill ";
    corners(found.low, found.high);
    message << ", but the world is ";
    corners(world.low, world.high);
    throw std::invalid_argument(message.str());
}

//! Whether each box spans the world along `dimension` or has no points.
template <typename index>
inline bool is_pencils(box3d<index> const world, std::vector<box3d<index>> const &boxes, int dimension) {
    return std::all_of(boxes.begin(), boxes.end(), [&](box3d<index> const &box) {
        return box.empty() || (box.low[dimension] == world.low[dimension] && box.high[dimension] == world.high[dimension]);
    });
}

//! Whether each box spans the world along two dimensions or has no points.
template <typename index>
inline bool is_slab(box3d<index> const world, std::vector<box3d<index>> const &boxes, int first, int second) {
    return is_pencils(world, boxes, first) && is_pencils(world, boxes, second);
}

//! The dimensions along which each box spans the world.
template <typename index>
inline std::vector<int> pencil_directions(box3d<index> const world, std::vector<box3d<index>> const &boxes) {
    std::vector<int> result;
    for (int d = 0; d < 3; d++)
        if (is_pencils(world, boxes, d))
            result.push_back(d);
    return result;
}

//! The same boxes in another order.
template <typename index>
inline std::vector<box3d<index>> reorder(std::vector<box3d<index>> const &boxes, std::array<int, 3> order) {
    std::vector<box3d<index>> result;
    result.reserve(boxes.size());
    for (auto const &box : boxes)
        result.emplace_back(box.low, box.high, order);
    return result;
}

//! The number of `boxes` that have points in common with `box`.
template <typename index>
inline int count_connections(box3d<index> const &box, std::vector<box3d<index>> const &boxes) {
    return static_cast<int>(std::count_if(boxes.begin(), boxes.end(), [&](box3d<index> const &other) {
        return !box.collide(other).empty();
    }));
}

//! The boxes in `order`, so dealt out that ranks keep much of what they have in `source`: each in turn takes the box that has the
//! most points in common with its own, the first of equals.
template <typename index>
inline std::vector<box3d<index>> maximize_overlap(std::vector<box3d<index>> const &boxes,
                                                  std::vector<box3d<index>> const &source,
                                                  std::array<int, 3> const order) {
    std::vector<bool> is_taken(boxes.size(), false);
    std::vector<box3d<index>> result;
    result.reserve(boxes.size());
    for (std::size_t rank = 0; rank < boxes.size(); rank++) {
        std::size_t best = boxes.size();
        long long most = -1;
        for (std::size_t i = 0; i < boxes.size(); i++) {
            long long const common = is_taken[i] || rank >= source.size() ? 0 : boxes[i].collide(source[rank]).count();
            if (!is_taken[i] && common > most) {
                best = i;
                most = common;
            }
        }
        is_taken[best] = true;
        result.emplace_back(boxes[best].low, boxes[best].high, order);
    }
    return result;
}

//! The world in pencils along `dimension`, the other two dimensions cut by `grid`, dealt out as by maximize_overlap.
template <typename index>
inline std::vector<box3d<index>> make_pencils(box3d<index> const world, std::array<int, 2> const grid, int dimension,
                                              std::vector<box3d<index>> const &source, std::array<int, 3> const order,
                                              rank_remap const &remap = rank_remap()) {
    std::array<int, 3> parts = {{1, 1, 1}};
    parts[dimension == 0 ? 1 : 0] = grid[0];
    parts[dimension == 2 ? 1 : 2] = grid[1];
    return maximize_overlap(split_world(world, parts, remap), source, order);
}

//! The world in `count` slabs that span it along two dimensions, dealt out as by maximize_overlap.
template <typename index>
inline std::vector<box3d<index>> make_slabs(box3d<index> const world, int count, int first, int second,
                                            std::vector<box3d<index>> const &source, std::array<int, 3> const order,
                                            rank_remap const &remap = rank_remap()) {
    std::array<int, 3> parts = {{1, 1, 1}};
    parts[3 - first - second] = count;
    return maximize_overlap(split_world(world, parts, remap), source, order);
}

//! The lines along a dimension of a box whose first elements are at equal distances.
template <typename index> inline index fft1d_get_howmany(box3d<index> const box, int dimension) {
    int const place = box.find_order(dimension);
    return place == 0 ? box.osize(1) * box.osize(2) : place == 1 ? box.osize(0) : box.osize(0) * box.osize(1);
}

//! The distance between neighbours of a line along a dimension, in elements.
template <typename index> inline index fft1d_get_stride(box3d<index> const box, int dimension) {
    int const place = box.find_order(dimension);
    return place == 0 ? 1 : place == 1 ? box.osize(0) : box.osize(0) * box.osize(1);
}

} // namespace heffte

#endif
