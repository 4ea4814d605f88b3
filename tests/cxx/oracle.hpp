// A signal and its Fourier transform from the definition, in long double.
#ifndef ORACLE_HPP
#define ORACLE_HPP

#include "check.hpp"

#include <cmath>

typedef std::complex<long double> wide;

struct oracle {
    std::array<int, 3> size;
    // A point (x, y, z) has the index x + size[0] * (y + size[1] * z).
    std::vector<wide> value, wave;

    // Uniform random numbers that float can hold.
    oracle(std::array<int, 3> points, bool is_complex, unsigned state = 4242) : size(points) {
        for (int i = 0; i < count(); i++) {
            long double part[2];
            for (long double &v : part) {
                state = state * 1664525u + 1013904223u;
                v = static_cast<long double>(state >> 8) / 16777216.0L - 0.5L;
            }
            value.push_back(wide(part[0], is_complex ? part[1] : 0.0L));
        }
        long double const turn = -2.0L * std::acos(-1.0L);
        for (int k = 0; k < count(); k++) {
            wide sum = 0.0L;
            for (int j = 0; j < count(); j++) {
                long double turns = 0.0L;
                int kd = k, jd = j;
                for (int d = 0; d < 3; kd /= size[d], jd /= size[d], d++)
                    turns += static_cast<long double>((kd % size[d]) * (jd % size[d]) % size[d]) / size[d];
                sum += value[j] * std::polar(1.0L, turn * turns);
            }
            wave.push_back(sum);
        }
    }

    int count() const { return size[0] * size[1] * size[2]; }

    template <typename index> heffte::box3d<index> world() const {
        return heffte::box3d<index>(std::array<index, 3>{{0, 0, 0}},
                                    std::array<index, 3>{{size[0] - 1, size[1] - 1, size[2] - 1}});
    }

    // The index here of the element i of a box.
    template <typename index> int point(heffte::box3d<index> const &box, long long i) const {
        std::array<int, 3> p;
        for (int k = 0; k < 3; k++) {
            p[box.order[k]] = static_cast<int>(box.low[box.order[k]] + i % box.osize(k));
            i /= box.osize(k);
        }
        return p[0] + size[0] * (p[1] + size[1] * p[2]);
    }

    template <typename index> wide at(std::vector<wide> const &of, heffte::box3d<index> const &box, long long i) const {
        return of[static_cast<std::size_t>(point(box, i))];
    }
};

// Numbers of any type from and to wide ones.
template <typename real> void assign(real &to, wide from) { to = static_cast<real>(from.real()); }
template <typename real> void assign(std::complex<real> &to, wide from) {
    to = std::complex<real>(static_cast<real>(from.real()), static_cast<real>(from.imag()));
}
template <typename real> wide widened(real from) { return wide(from, 0.0L); }
template <typename real> wide widened(std::complex<real> from) { return wide(from.real(), from.imag()); }

// A box of numbers in an array.
template <typename scalar, typename index>
void fill(scalar array[], oracle const &o, std::vector<wide> const &from, heffte::box3d<index> const &box) {
    for (long long i = 0; i < box.count(); i++)
        assign(array[i], o.at(from, box, i));
}

// The error of all ranks' arrays as a fraction of what they should hold, both in the Euclidean norm. Collective.
template <typename scalar, typename index>
double error_of(scalar const array[], oracle const &o, std::vector<wide> const &of, heffte::box3d<index> const &box,
                long double factor = 1.0L) {
    double mine[2] = {0.0, 0.0}, all[2];
    for (long long i = 0; i < box.count(); i++) {
        wide const expected = factor * o.at(of, box, i);
        mine[0] += static_cast<double>(std::norm(widened(array[i]) - expected));
        mine[1] += static_cast<double>(std::norm(expected));
    }
    MPI_Allreduce(mine, all, 2, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    return std::sqrt(all[0] / all[1]);
}

// The bound on such an error.
template <typename scalar> double bound(oracle const &o) {
    double const unit = sizeof(typename heffte::detail::element<scalar>::real_type) == sizeof(double) ? 5e-16 : 2.5e-7;
    return unit * std::sqrt(std::log2(std::max(2, o.count())));
}

#endif
