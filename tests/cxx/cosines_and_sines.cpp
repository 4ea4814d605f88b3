// ranks: 1 2 4
// Cosine and sine transforms by their definitions, with heFFTe's factors.
#include "check.hpp"
#include "lines.hpp"

namespace backend = heffte::backend;

static constexpr int NX = 4, NY = 5, NZ = 6, POINTS = NX * NY * NZ;
static int const SIZE[3] = {NX, NY, NZ}, STRIDE[3] = {1, NX, NX * NY};

// The transform of a world along all axes.
static std::vector<long double> along_all(line transform, std::vector<long double> world) {
    for (int d = 0; d < 3; d++)
        for (int i = 0; i < POINTS; i++) {
            if (i / STRIDE[d] % SIZE[d] != 0)
                continue;
            std::vector<long double> values;
            for (int j = 0; j < SIZE[d]; j++)
                values.push_back(world[static_cast<std::size_t>(i + j * STRIDE[d])]);
            values = transform(values);
            for (int j = 0; j < SIZE[d]; j++)
                world[static_cast<std::size_t>(i + j * STRIDE[d])] = values[static_cast<std::size_t>(j)];
        }
    return world;
}

// The error of all ranks' slabs across z or x. Collective.
template <typename real>
static double error_of(std::vector<real> const &array, heffte::box3d<> const &box,
                       std::vector<long double> const &expected, long double factor) {
    double mine[2] = {0.0, 0.0}, all[2];
    std::size_t i = 0;
    for (int z = box.low[2]; z <= box.high[2]; z++)
        for (int y = box.low[1]; y <= box.high[1]; y++)
            for (int x = box.low[0]; x <= box.high[0]; x++, i++) {
                long double const value = factor * expected[static_cast<std::size_t>(x + NX * (y + NY * z))];
                mine[0] += static_cast<double>((array[i] - value) * (array[i] - value));
                mine[1] += static_cast<double>(value * value);
            }
    MPI_Allreduce(mine, all, 2, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    return std::sqrt(all[0] / all[1]);
}

template <typename real, typename backend_tag>
static void transforms(heffte::rtransform<backend_tag> const &plan, line forth, line back, double full,
                       long double doubling) {
    double const bound = (sizeof(real) == sizeof(double) ? 5e-16 : 2.5e-7) * std::sqrt(std::log2(1.0 * POINTS));
    std::vector<long double> world(POINTS);
    unsigned state = 4242;
    for (long double &value : world) {
        state = state * 1664525u + 1013904223u;
        value = static_cast<long double>(state >> 8) / 16777216.0L - 0.5L;
    }
    std::vector<real> x(static_cast<std::size_t>(plan.size_inbox())), y(static_cast<std::size_t>(plan.size_outbox())),
        result(x.size()), workspace(plan.size_workspace());
    heffte::box3d<> const in = plan.inbox();
    std::size_t at = 0;
    for (int z = in.low[2]; z <= in.high[2]; z++)
        for (int j = in.low[1]; j <= in.high[1]; j++)
            for (int i = in.low[0]; i <= in.high[0]; i++)
                x[at++] = static_cast<real>(world[static_cast<std::size_t>(i + NX * (j + NY * z))]);
    std::vector<long double> const spectrum = along_all(forth, world), inverse = along_all(back, spectrum);

    plan.forward(x.data(), y.data(), workspace.data());
    CHECK(error_of(y, plan.outbox(), spectrum, 1.0L) < bound);
    plan.backward(y.data(), result.data());
    CHECK(error_of(result, in, inverse, doubling) < bound);
    plan.backward(y.data(), result.data(), workspace.data(), heffte::scale::full);
    CHECK(error_of(result, in, world, 1.0L) < bound);
    CHECK(std::abs(plan.get_scale_factor(heffte::scale::full) / full - 1.0) < 1e-15);
    CHECK(error_of(plan.forward(x, heffte::scale::symmetric), plan.outbox(), spectrum, std::sqrt(full)) < bound);
    CHECK(error_of(plan.backward(y, heffte::scale::full), in, world, 1.0L) < bound);
}

// Where FFTW's conventions do not hold, backward is twice as large along each axis, 8 times in all.
template <typename backend_tag> static void plans(line forth, line back, double full, long double doubling = 8.0L) {
    heffte::box3d<> const world({0, 0, 0}, {NX - 1, NY - 1, NZ - 1});
    std::size_t const mine = static_cast<std::size_t>(me);
    heffte::box3d<> const in = heffte::split_world(world, {{1, 1, ranks}})[mine];
    heffte::box3d<> const out = heffte::split_world(world, {{ranks, 1, 1}})[mine];
    heffte::rtransform<backend_tag> const plan(in, out, MPI_COMM_WORLD);
    transforms<double>(plan, forth, back, full, doubling);
    transforms<float>(plan, forth, back, full, doubling);
}

static void cosines_of_type_2_are_by_the_definition() {
    plans<backend::stock_cos>(redft10, redft01, 1.0 / (64.0 * POINTS));
}
static void sines_of_type_2_are_by_the_definition() {
    plans<backend::stock_sin>(rodft10, rodft01, 1.0 / (64.0 * POINTS));
}
static void cosines_of_type_1_are_by_the_definition() {
    plans<backend::stock_cos1>(redft00, redft00, 1.0 / (64.0 * (NX - 1) * (NY - 1) * (NZ - 1)));
}
static void sines_of_type_1_are_by_the_definition() {
    plans<backend::stock_sin1>(rodft00, rodft00, 1.0 / (64.0 * (NX + 1) * (NY + 1) * (NZ + 1)));
}

#ifdef Heffte_ENABLE_FFTW
static void transforms_by_fftw_are_by_its_conventions() {
    double const type_2 = 8.0 * POINTS;
    plans<backend::fftw_cos>(redft10, redft01, 1.0 / type_2, 1.0L);
    plans<backend::fftw_sin>(rodft10, rodft01, 1.0 / type_2, 1.0L);
    plans<backend::fftw_cos1>(redft00, redft00, 1.0 / (8.0 * (NX - 1) * (NY - 1) * (NZ - 1)), 1.0L);
    plans<backend::fftw_sin1>(rodft00, rodft00, 1.0 / (8.0 * (NX + 1) * (NY + 1) * (NZ + 1)), 1.0L);
}
#endif
#ifdef Heffte_ENABLE_MKL
static void transforms_by_mkl_are_by_the_definition() {
    plans<backend::mkl_cos>(redft10, redft01, 1.0 / (64.0 * POINTS));
    plans<backend::mkl_sin>(rodft10, rodft01, 1.0 / (64.0 * POINTS));
}
#endif

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    RUN(cosines_of_type_2_are_by_the_definition);
    RUN(sines_of_type_2_are_by_the_definition);
    RUN(cosines_of_type_1_are_by_the_definition);
    RUN(sines_of_type_1_are_by_the_definition);
#ifdef Heffte_ENABLE_FFTW
    RUN(transforms_by_fftw_are_by_its_conventions);
#endif
#ifdef Heffte_ENABLE_MKL
    RUN(transforms_by_mkl_are_by_the_definition);
#endif
    return check_end();
}
