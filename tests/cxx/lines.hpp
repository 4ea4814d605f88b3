// Cosine and sine transforms of a line from their definitions, by FFTW's names, in long double.
#ifndef LINES_HPP
#define LINES_HPP

#include <cmath>
#include <vector>

// A one-dimensional transform from its definition.
typedef std::vector<long double> (*line)(std::vector<long double> const &);

inline long double turn() { return std::acos(-1.0L); }

inline std::vector<long double> redft10(std::vector<long double> const &x) {
    std::size_t const n = x.size();
    std::vector<long double> y(n, 0.0L);
    for (std::size_t k = 0; k < n; k++)
        for (std::size_t j = 0; j < n; j++)
            y[k] += 2 * x[j] * std::cos(turn() * k * (2 * j + 1) / (2 * n));
    return y;
}
inline std::vector<long double> redft01(std::vector<long double> const &x) {
    std::size_t const n = x.size();
    std::vector<long double> y(n, x[0]);
    for (std::size_t k = 0; k < n; k++)
        for (std::size_t j = 1; j < n; j++)
            y[k] += 2 * x[j] * std::cos(turn() * j * (2 * k + 1) / (2 * n));
    return y;
}
inline std::vector<long double> rodft10(std::vector<long double> const &x) {
    std::size_t const n = x.size();
    std::vector<long double> y(n, 0.0L);
    for (std::size_t k = 0; k < n; k++)
        for (std::size_t j = 0; j < n; j++)
            y[k] += 2 * x[j] * std::sin(turn() * (k + 1) * (2 * j + 1) / (2 * n));
    return y;
}
inline std::vector<long double> rodft01(std::vector<long double> const &x) {
    std::size_t const n = x.size();
    std::vector<long double> y(n, 0.0L);
    for (std::size_t k = 0; k < n; k++) {
        y[k] = k % 2 == 0 ? x[n - 1] : -x[n - 1];
        for (std::size_t j = 0; j + 1 < n; j++)
            y[k] += 2 * x[j] * std::sin(turn() * (j + 1) * (2 * k + 1) / (2 * n));
    }
    return y;
}
inline std::vector<long double> redft00(std::vector<long double> const &x) {
    std::size_t const n = x.size();
    std::vector<long double> y(n, 0.0L);
    for (std::size_t k = 0; k < n; k++) {
        y[k] = x[0] + (k % 2 == 0 ? x[n - 1] : -x[n - 1]);
        for (std::size_t j = 1; j + 1 < n; j++)
            y[k] += 2 * x[j] * std::cos(turn() * j * k / (n - 1));
    }
    return y;
}
inline std::vector<long double> rodft00(std::vector<long double> const &x) {
    std::size_t const n = x.size();
    std::vector<long double> y(n, 0.0L);
    for (std::size_t k = 0; k < n; k++)
        for (std::size_t j = 0; j < n; j++)
            y[k] += 2 * x[j] * std::sin(turn() * (j + 1) * (k + 1) / (n + 1));
    return y;
}

#endif
