// A box of grid points.
#ifndef HEFFTE_BOX3D_H
#define HEFFTE_BOX3D_H

#include "heffte_abi.h"
#include "heffte/standard.h"

namespace heffte {

//! The points low[d] to high[d] (inclusive) in each dimension d, which lie in memory in `order`, without padding.
/*!
 * The first dimension of the order varies fastest. A box with a high corner below the low one has no points. The index
 * is int or long long.
 */
template <typename index = int> struct box3d {
    static_assert(std::is_same<index, int>::value || std::is_same<index, long long>::value,
                  "the index of a box3d is int or long long");

    //! The box between two corners in the order (0, 1, 2).
    box3d(std::array<index, 3> box_low, std::array<index, 3> box_high)
        : box3d(box_low, box_high, std::array<int, 3>{{0, 1, 2}}) {}
    //! The box between two corners in the given order.
    box3d(std::array<index, 3> box_low, std::array<index, 3> box_high, std::array<int, 3> box_order)
        : low(box_low), high(box_high), size(size_of(box_low, box_high)), order(box_order) {}
    //! A box of two dimensions: the third has one point.
    box3d(std::array<index, 2> box_low, std::array<index, 2> box_high)
        : box3d(box_low, box_high, std::array<int, 2>{{0, 1}}) {}
    //! A box of two dimensions in the given order, of which the third comes last.
    box3d(std::array<index, 2> box_low, std::array<index, 2> box_high, std::array<int, 2> box_order)
        : box3d(std::array<index, 3>{{box_low[0], box_low[1], 0}}, std::array<index, 3>{{box_high[0], box_high[1], 0}},
                std::array<int, 3>{{box_order[0], box_order[1], 2}}) {}

    //! Whether there are no points.
    bool empty() const { return size[0] <= 0 || size[1] <= 0 || size[2] <= 0; }
    //! The number of points.
    long long count() const {
        return empty() ? 0
                       : static_cast<long long>(size[0]) * static_cast<long long>(size[1]) *
                             static_cast<long long>(size[2]);
    }
    //! The points that are in `other` too, in the order of this box.
    box3d collide(box3d const other) const {
        std::array<index, 3> first, last;
        for (int d = 0; d < 3; d++) {
            first[d] = std::max(low[d], other.low[d]);
            last[d] = std::min(high[d], other.high[d]);
        }
        return box3d(first, last, order);
    }
    //! The box of the spectrum of real data, of which size / 2 + 1 points are kept along `dimension`.
    box3d r2c(int dimension) const {
        if (dimension < 0 || dimension > 2)
            throw std::invalid_argument("heffte: box3d::r2c() got dimension " + std::to_string(dimension) +
                                        ": use 0, 1 or 2");
        std::array<index, 3> last = high;
        last[dimension] = low[dimension] + size[dimension] / 2;
        return box3d(low, last, order);
    }
    //! Whether some dimension has one point.
    bool is2d() const { return size[0] == 1 || size[1] == 1 || size[2] == 1; }
    //! Whether both have the same corners; orders are not compared.
    bool operator==(box3d const &other) const { return low == other.low && high == other.high; }
    bool operator!=(box3d const &other) const { return !(*this == other); }
    //! Whether both have the same order.
    bool ordered_same_as(box3d const &other) const { return order == other.order; }
    //! The place of a dimension in the order.
    int find_order(int dimension) const {
        return order[0] == dimension ? 0 : order[1] == dimension ? 1 : 2;
    }
    //! The points along the dimension in place `place` of the order.
    index osize(int place) const { return size[order[place]]; }

    //! The first point.
    std::array<index, 3> const low;
    //! The last point.
    std::array<index, 3> const high;
    //! The points along each dimension; zero or less where there are none.
    std::array<index, 3> const size;
    //! The dimensions from the fastest-varying to the slowest.
    std::array<int, 3> const order;

  private:
    static std::array<index, 3> size_of(std::array<index, 3> const &low, std::array<index, 3> const &high) {
        return {{high[0] - low[0] + 1, high[1] - low[1] + 1, high[2] - low[2] + 1}};
    }
};

//! A box of two dimensions is one of three, whose third dimension has one point.
template <typename index = int> using box2d = box3d<index>;

//! Writes a line for each dimension with the first point, the last, and the number of points, then the order.
template <typename index> inline std::ostream &operator<<(std::ostream &os, box3d<index> const &box) {
    for (int d = 0; d < 3; d++)
        os << box.low[d] << "  " << box.high[d] << "  (" << box.size[d] << ")\n";
    return os << "(" << box.order[0] << "," << box.order[1] << "," << box.order[2] << ")\n\n";
}

namespace detail {

//! A box as the library takes it.
template <typename index> inline heffte_abi_box to_abi(box3d<index> const &box) {
    heffte_abi_box result;
    for (int d = 0; d < 3; d++) {
        result.low[d] = box.low[d];
        result.high[d] = box.high[d];
        result.order[d] = box.order[d];
    }
    return result;
}

//! A box that the library gave, whose corners fit the index.
template <typename index> inline box3d<index> from_abi(heffte_abi_box const &box) {
    std::array<index, 3> low, high;
    for (int d = 0; d < 3; d++) {
        low[d] = static_cast<index>(box.low[d]);
        high[d] = static_cast<index>(box.high[d]);
    }
    return box3d<index>(low, high, std::array<int, 3>{{box.order[0], box.order[1], box.order[2]}});
}

} // namespace detail
} // namespace heffte

#endif
