// ranks: 1 2 4
// Transforms in the memory of a device against their definition and against those of the host.
#include "device.hpp"

#include "../../cxx/oracle.hpp"

static oracle const &real_signal() {
    static oracle const signal({{6, 5, 8}}, false);
    return signal;
}

static oracle const &complex_signal() {
    static oracle const signal({{6, 5, 8}}, true);
    return signal;
}

// This rank's slab along a dimension, in an order of memory.
static heffte::box3d<> slab(heffte::box3d<> const &world, int axis, std::array<int, 3> const &order = {{0, 1, 2}}) {
    std::array<int, 3> grid = {{1, 1, 1}};
    grid[static_cast<std::size_t>(axis)] = ranks;
    heffte::box3d<> const mine = heffte::split_world(world, grid)[static_cast<std::size_t>(me)];
    return heffte::box3d<>(mine.low, mine.high, order);
}

template <typename scalar> static std::vector<scalar> filled(oracle const &o, std::vector<wide> const &from, heffte::box3d<> const &box) {
    std::vector<scalar> array(static_cast<std::size_t>(box.count()));
    fill(array.data(), o, from, box);
    return array;
}

// Of complex data, between boxes that differ in everything: with a workspace, without, in place, in vectors.
template <typename real> static void complex_data() {
    typedef std::complex<real> scalar;
    oracle const &o = complex_signal();
    heffte::box3d<> const world = o.world<int>(), inbox = slab(world, 2), outbox = slab(world, 0, {{2, 0, 1}});
    heffte::fft3d<tag> const plan(inbox, outbox, MPI_COMM_WORLD);
    std::vector<scalar> const input = filled<scalar>(o, o.value, inbox);
    vector<scalar> const given = transfer::load(input);

    vector<scalar> spectrum(static_cast<std::size_t>(plan.size_outbox())), back(static_cast<std::size_t>(plan.size_inbox()));
    vector<scalar> workspace(plan.size_workspace());
    plan.forward(given.data(), spectrum.data(), workspace.data(), heffte::scale::symmetric);
    plan.backward(spectrum.data(), back.data(), heffte::scale::symmetric);
    plan.synchronize_device();
    long double const factor = 1.0L / std::sqrt(static_cast<long double>(o.count()));
    CHECK(error_of(transfer::unload(spectrum).data(), o, o.wave, outbox, factor) < bound<scalar>(o));
    CHECK(error_of(transfer::unload(back).data(), o, o.value, inbox) < bound<scalar>(o));
    CHECK(transfer::unload(given) == input);

    vector<scalar> const result = plan.forward(given);
    CHECK(result.size() == static_cast<std::size_t>(plan.size_outbox()));
    CHECK(error_of(transfer::unload(result).data(), o, o.wave, outbox) < bound<scalar>(o));
    vector<scalar> const returned = plan.backward(result, heffte::scale::full);
    CHECK(error_of(transfer::unload(returned).data(), o, o.value, inbox) < bound<scalar>(o));
    vector<real> const parts = plan.backward_real(result, heffte::scale::full);
    std::vector<real> const on_host = transfer::unload(parts);
    for (std::size_t i = 0; i < on_host.size(); i++)
        CHECK(std::abs(on_host[i] - input[i].real()) < 20 * bound<scalar>(o));

    vector<scalar> both(static_cast<std::size_t>(std::max(plan.size_inbox(), plan.size_outbox())));
    transfer::copy(given, both.data());
    plan.forward(both.data(), both.data());
    plan.synchronize_device();
    CHECK(error_of(transfer::unload(both).data(), o, o.wave, outbox) < bound<scalar>(o));
}
static void complex_floats_come_as_they_are_defined() { complex_data<float>(); }
static void complex_doubles_come_as_they_are_defined() { complex_data<double>(); }

static void real_data_gives_a_full_spectrum_and_each_half() {
    oracle const &o = real_signal();
    heffte::box3d<> const world = o.world<int>(), inbox = slab(world, 1);
    vector<double> const given = transfer::load(filled<double>(o, o.value, inbox));
    heffte::fft3d<tag> const full(inbox, slab(world, 0), MPI_COMM_WORLD);
    CHECK(error_of(transfer::unload(full.forward(given)).data(), o, o.wave, full.outbox()) < bound<double>(o));
    for (int direction = 0; direction < 3; direction++) {
        heffte::fft3d_r2c<tag> const plan(inbox, slab(world.r2c(direction), 2), direction, MPI_COMM_WORLD);
        vector<std::complex<double>> const spectrum = plan.forward(given);
        CHECK(error_of(transfer::unload(spectrum).data(), o, o.wave, plan.outbox()) < bound<double>(o));
        vector<double> const back = plan.backward(spectrum, heffte::scale::full);
        CHECK(error_of(transfer::unload(back).data(), o, o.value, inbox) < bound<double>(o));
    }
}

static void batches_are_transforms_one_after_the_other() {
    oracle const &o = complex_signal();
    heffte::box3d<> const world = o.world<int>(), inbox = slab(world, 2), outbox = slab(world, 0);
    typedef std::complex<double> scalar;
    heffte::fft3d<tag> const plan(inbox, outbox, MPI_COMM_WORLD);
    std::vector<scalar> input = filled<scalar>(o, o.value, inbox);
    std::size_t const near = input.size(), far = static_cast<std::size_t>(plan.size_outbox());
    for (int i = 0; i < 2; i++)
        input.insert(input.end(), input.begin(), input.begin() + static_cast<std::ptrdiff_t>(near));
    vector<scalar> const given = transfer::load(input);
    vector<scalar> spectra(3 * far);
    plan.forward(3, given.data(), spectra.data());
    plan.synchronize_device();
    std::vector<scalar> const found = transfer::unload(spectra);
    for (std::size_t i = 0; i < 3; i++)
        CHECK(error_of(found.data() + i * far, o, o.wave, outbox) < bound<scalar>(o));
}

// A plan of the device and one of the host give the same.
template <typename device_plan, typename host_plan>
static void compare(device_plan const &plan, host_plan const &expected, oracle const &o, char const *what) {
    std::vector<double> const input = filled<double>(o, o.value, plan.inbox());
    vector<double> const given = transfer::load(input);
    vector<double> result(static_cast<std::size_t>(plan.size_outbox())), back(input.size());
    std::vector<double> wanted(result.size());
    plan.forward(given.data(), result.data());
    plan.backward(result.data(), back.data(), heffte::scale::full);
    plan.synchronize_device();
    expected.forward(input.data(), wanted.data());
    std::vector<double> const found = transfer::unload(result), returned = transfer::unload(back);
    double mine[2] = {0.0, 0.0}, all[2], worst = 0.0;
    for (std::size_t i = 0; i < found.size(); i++) {
        mine[0] += (found[i] - wanted[i]) * (found[i] - wanted[i]);
        mine[1] += wanted[i] * wanted[i];
    }
    for (std::size_t i = 0; i < input.size(); i++)
        worst = std::max(worst, std::abs(returned[i] - input[i]));
    MPI_Allreduce(mine, all, 2, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    check_note(std::sqrt(all[0] / all[1]) < 2 * bound<double>(o) && worst < 1e-14, what, __FILE__, __LINE__);
}

static void cosines_and_sines_are_those_of_the_host() {
    oracle const &o = real_signal();
    heffte::box3d<> const world = o.world<int>(), inbox = slab(world, 2), outbox = slab(world, 1);
    compare(heffte::rtransform<cosines>(inbox, outbox, MPI_COMM_WORLD),
            heffte::rtransform<heffte::backend::stock_cos>(inbox, outbox, MPI_COMM_WORLD), o, "cosines");
    compare(heffte::rtransform<sines>(inbox, outbox, MPI_COMM_WORLD),
            heffte::rtransform<heffte::backend::stock_sin>(inbox, outbox, MPI_COMM_WORLD), o, "sines");
    compare(heffte::rtransform<cosines_of_type_1>(inbox, outbox, MPI_COMM_WORLD),
            heffte::rtransform<heffte::backend::stock_cos1>(inbox, outbox, MPI_COMM_WORLD), o, "cosines of type I");
    std::array<heffte::axis, 3> const kinds = {{heffte::axis::sin1, heffte::axis::identity, heffte::axis::cos}};
    compare(heffte::transform3d<tag>(inbox, outbox, kinds, MPI_COMM_WORLD),
            heffte::transform3d<heffte::backend::stock>(inbox, outbox, kinds, MPI_COMM_WORLD), o, "a kind for each dimension");
}

static void an_array_of_the_host_is_an_exception_on_all_ranks() {
    heffte::box3d<> const box = slab(complex_signal().world<int>(), 2);
    heffte::fft3d<tag> const plan(box, box, MPI_COMM_WORLD);
    std::vector<std::complex<double>> const host(static_cast<std::size_t>(plan.size_inbox()));
    vector<std::complex<double>> output(host.size());
    bool const is_last = me + 1 == ranks;
    vector<std::complex<double>> const given = transfer::load(host);
    std::string said;
    try {
        plan.forward(is_last ? host.data() : given.data(), output.data());
    } catch (std::invalid_argument const &e) {
        said = e.what();
    }
    CHECK(said.find("input is in host memory") != std::string::npos);
    vector<std::complex<double>> const one(1);
    said.clear();
    try {
        plan.forward(is_last ? one : given);
    } catch (std::invalid_argument const &e) {
        said = e.what();
    }
    CHECK(said.find("input has 1 elements, but ") != std::string::npos);
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    leave_without_device();
    RUN(complex_floats_come_as_they_are_defined);
    RUN(complex_doubles_come_as_they_are_defined);
    RUN(real_data_gives_a_full_spectrum_and_each_half);
    RUN(batches_are_transforms_one_after_the_other);
    RUN(cosines_and_sines_are_those_of_the_host);
    RUN(an_array_of_the_host_is_an_exception_on_all_ranks);
    return check_end();
}
