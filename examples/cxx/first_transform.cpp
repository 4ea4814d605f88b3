// The C++ interface in one page: the derivative of sin(x) on a grid that is split over any number of ranks, by way of the
// spectrum.
//
// With CMake: copy this file and CMakeLists.txt, then
//     cmake -B build -DCMAKE_PREFIX_PATH=<prefix> && cmake --build build && mpiexec -n 2 build/first_transform
// Without:
//     mpicxx -std=c++11 first_transform.cpp -I<prefix>/include -L<prefix>/lib -Wl,-rpath,<prefix>/lib -lheffte
#include <heffte.h>

#include <cmath>

static double derivative_error(MPI_Comm comm) {
    int const n = 32, me = heffte::mpi::comm_rank(comm), ranks = heffte::mpi::comm_size(comm);
    double const step = 2.0 * std::acos(-1.0) / n;

    // Both corners of a box are inclusive; dimension 0 varies fastest in memory. Of the spectrum of real data, half is kept.
    heffte::box3d<> const world({0, 0, 0}, {n - 1, n - 1, n - 1});
    heffte::box3d<> const inbox = heffte::split_world(world, {{1, 1, ranks}})[me];
    heffte::box3d<> const outbox = heffte::split_world(world.r2c(0), {{1, ranks, 1}})[me];
    heffte::fft3d_r2c<heffte::backend::default_backend<heffte::tag::cpu>::type> plan(inbox, outbox, 0, comm);
    if (me == 0)
        std::cout << plan << "\n";

    std::vector<double> field(plan.size_inbox());
    for (std::size_t i = 0; i < field.size(); i++)
        field[i] = std::sin(step * static_cast<double>(i % n));

    auto spectrum = plan.forward(field, heffte::scale::full);
    for (std::size_t i = 0; i < spectrum.size(); i++) {
        int const k = static_cast<int>(i % outbox.size[0]);
        // The wave of n / 2 has no derivative that the grid can tell.
        spectrum[i] *= k == n / 2 ? std::complex<double>() : std::complex<double>(0.0, k);
    }
    auto const slope = plan.backward(spectrum);

    double error = 0.0, worst = 0.0;
    for (std::size_t i = 0; i < slope.size(); i++)
        error = std::max(error, std::abs(slope[i] - std::cos(step * static_cast<double>(i % n))));
    MPI_Allreduce(&error, &worst, 1, MPI_DOUBLE, MPI_MAX, comm);
    return worst;
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int status = 1;
    try {
        double const error = derivative_error(MPI_COMM_WORLD);
        if (heffte::mpi::world_rank(0))
            std::cout << "the derivative of sin(x) is cos(x) to " << error << std::endl;
        status = error < 1e-13 ? 0 : 1;
    } catch (std::exception const &e) {
        // All ranks have the same.
        if (heffte::mpi::world_rank(0))
            std::cerr << e.what() << std::endl;
    }
    MPI_Finalize();
    return status;
}
