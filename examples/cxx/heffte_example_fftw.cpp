// FFTW transforms the lines, where this build has it; else the library's own backend does, and says so. A wave goes to one number of the
// spectrum, and comes back.
//
//     mpiexec -n 2 heffte_example_fftw
#include <heffte.h>

#include <cmath>

#ifdef Heffte_ENABLE_FFTW
typedef heffte::backend::fftw backend_tag;
#else
typedef heffte::backend::stock backend_tag;
#endif

static int const POINTS = 24, WAVE = 5;

// The greatest error of the spectrum, and of what comes back. Collective.
static double error_of(MPI_Comm comm) {
    int const me = heffte::mpi::comm_rank(comm), ranks = heffte::mpi::comm_size(comm);
    heffte::box3d<> const world({0, 0, 0}, {POINTS - 1, POINTS - 1, POINTS - 1});
    heffte::box3d<> const box = heffte::split_world(world, {{1, 1, ranks}})[me];
    heffte::fft3d<backend_tag> plan(box, box, comm);
    if (me == 0)
        std::cout << "backend " << heffte::backend::name<backend_tag>() << "\n" << plan << "\n";

    std::vector<std::complex<double>> wave(plan.size_inbox());
    double const step = 2.0 * std::acos(-1.0) * WAVE / POINTS;
    for (std::size_t i = 0; i < wave.size(); i++)
        wave[i] = std::polar(1.0, step * static_cast<double>(i % POINTS));

    auto const spectrum = plan.forward(wave, heffte::scale::full);
    auto const back = plan.backward(spectrum);
    double error = 0.0, worst = 0.0;
    for (std::size_t i = 0; i < wave.size(); i++) {
        bool const is_peak = box.low[2] == 0 && i == static_cast<std::size_t>(WAVE);
        error = std::max(error, std::abs(spectrum[i] - (is_peak ? 1.0 : 0.0)));
        error = std::max(error, std::abs(back[i] - wave[i]));
    }
    MPI_Allreduce(&error, &worst, 1, MPI_DOUBLE, MPI_MAX, comm);
    return worst;
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int status = 1;
    try {
        double const error = error_of(MPI_COMM_WORLD);
        if (heffte::mpi::world_rank(0))
            std::cout << "greatest error " << error << std::endl;
        status = error < 1e-13 ? 0 : 1;
    } catch (std::exception const &e) {
        if (heffte::mpi::world_rank(0))
            std::cerr << e.what() << std::endl;
    }
    MPI_Finalize();
    return status;
}
