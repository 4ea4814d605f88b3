// 4 x 4 x 4 on two ranks, split in z, with the input 0 ... 31 on each: numbers that are known.
#include <heffte.h>

static int wrong(int me) {
    heffte::box3d<> const box({0, 0, 2 * me}, {3, 3, 2 * me + 1});
    heffte::fft3d<heffte::backend::default_backend<heffte::tag::cpu>::type> fft(box, box, MPI_COMM_WORLD);
    std::vector<double> input(fft.size_inbox());
    std::iota(input.begin(), input.end(), 0.0);
    auto const output = fft.forward(input);
    auto const back = fft.backward_real(output, heffte::scale::full);
    int wrong = std::abs(output[0] - (me == 0 ? 992.0 : -512.0)) > 1e-11;
    for (std::size_t i = 0; i < input.size(); i++)
        wrong += std::abs(back[i] - input[i]) > 1e-11;
    return wrong;
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    int const mine = wrong(heffte::mpi::world_rank());
    int all = 0;
    MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    MPI_Finalize();
    return all > 0;
}
