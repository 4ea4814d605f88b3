// ranks: 1 2 4
// What transforms return, by the definition of the Fourier transform, for each overload; by the backend BACKEND.
#include "oracle.hpp"

#ifndef BACKEND
#define BACKEND stock
#endif
typedef heffte::backend::BACKEND tested;
typedef std::complex<float> cfloat;
typedef std::complex<double> cdouble;

// This rank's brick of a world.
template <typename index> static heffte::box3d<index> brick(heffte::box3d<index> const &world) {
    return heffte::split_world(world, heffte::proc_setup_min_surface(world, ranks))[static_cast<std::size_t>(me)];
}

template <typename index> static heffte::box3d<index> slab(heffte::box3d<index> const &world, int axis) {
    std::array<int, 3> grid = {{1, 1, 1}};
    grid[axis] = ranks;
    return heffte::split_world(world, grid)[static_cast<std::size_t>(me)];
}

template <typename index> static heffte::box3d<index> ordered(heffte::box3d<index> const &b, std::array<int, 3> order) {
    return heffte::box3d<index>(b.low, b.high, order);
}

static oracle const &complex_signal() {
    static oracle const o({{5, 6, 4}}, true);
    return o;
}
static oracle const &real_signal() {
    static oracle const o({{5, 6, 4}}, false);
    return o;
}

// Forward and backward by each overload for raw pointers, from real-space elements of type `near`.
template <typename near, typename far, typename plan_type>
static void pointers(plan_type const &plan, oracle const &o) {
    auto const in = plan.inbox();
    auto const out = plan.outbox();
    long double const n = o.count();
    std::vector<near> x(static_cast<std::size_t>(plan.size_inbox())), back(x.size());
    std::vector<far> y(static_cast<std::size_t>(plan.size_outbox())), workspace(plan.size_workspace());
    fill(x.data(), o, o.value, in);
    std::vector<near> const kept = x;

    plan.forward(x.data(), y.data());
    CHECK(error_of(y.data(), o, o.wave, out) < bound<far>(o));
    plan.forward(x.data(), y.data(), heffte::scale::full);
    CHECK(error_of(y.data(), o, o.wave, out, 1.0L / n) < bound<far>(o));
    plan.forward(x.data(), y.data(), workspace.data());
    CHECK(error_of(y.data(), o, o.wave, out) < bound<far>(o));
    plan.forward(x.data(), y.data(), nullptr, heffte::scale::symmetric);
    CHECK(error_of(y.data(), o, o.wave, out, 1.0L / std::sqrt(n)) < bound<far>(o));
    plan.forward(1, x.data(), y.data(), heffte::scale::none);
    CHECK(error_of(y.data(), o, o.wave, out) < bound<far>(o));
    plan.forward(1, x.data(), y.data(), workspace.data(), heffte::scale::none);
    CHECK(error_of(y.data(), o, o.wave, out) < bound<far>(o));
    CHECK(x == kept);

    std::vector<far> const spectrum = y;
    plan.backward(y.data(), back.data());
    CHECK(error_of(back.data(), o, o.value, in, n) < bound<far>(o));
    plan.backward(y.data(), back.data(), heffte::scale::full);
    CHECK(error_of(back.data(), o, o.value, in) < bound<far>(o));
    plan.backward(y.data(), back.data(), workspace.data(), heffte::scale::symmetric);
    CHECK(error_of(back.data(), o, o.value, in, std::sqrt(n)) < bound<far>(o));
    plan.backward(y.data(), back.data(), nullptr);
    CHECK(error_of(back.data(), o, o.value, in, n) < bound<far>(o));
    plan.backward(1, y.data(), back.data());
    CHECK(error_of(back.data(), o, o.value, in, n) < bound<far>(o));
    plan.backward(1, y.data(), back.data(), workspace.data());
    CHECK(error_of(back.data(), o, o.value, in, n) < bound<far>(o));
    CHECK(y == spectrum);
}

template <typename index> static void complex_plans() {
    auto const world = complex_signal().world<index>();
    heffte::fft3d<tested, index> const plan(slab(world, 2), brick(world), MPI_COMM_WORLD);
    pointers<cdouble, cdouble>(plan, complex_signal());
    pointers<cfloat, cfloat>(plan, complex_signal());
    pointers<double, cdouble>(plan, real_signal());
    pointers<float, cfloat>(plan, real_signal());
}

static void complex_plans_take_every_type_by_every_overload() { complex_plans<int>(); }
static void an_index_of_64_bits_changes_nothing() { complex_plans<long long>(); }

static void real_plans_halve_any_direction() {
    auto const world = real_signal().world<int>();
    for (int direction = 0; direction < 3; direction++) {
        heffte::fft3d_r2c<tested> const plan(brick(world), slab(world.r2c(direction), 1), direction, MPI_COMM_WORLD);
        pointers<double, cdouble>(plan, real_signal());
        pointers<float, cfloat>(plan, real_signal());
        heffte::fft3d_r2c<tested, long long> const wide_index = heffte::make_fft3d_r2c<tested>(
            brick(real_signal().world<long long>()), slab(real_signal().world<long long>().r2c(direction), 1), direction,
            MPI_COMM_WORLD);
        pointers<double, cdouble>(wide_index, real_signal());
    }
}

static void batches_follow_each_other_in_the_arrays() {
    oracle const other({{5, 6, 4}}, true, 77);
    oracle const *const signals[] = {&complex_signal(), &other, &complex_signal()};
    auto const world = other.world<int>();
    auto const plan = heffte::make_fft3d<tested>(brick(world), slab(world, 0), MPI_COMM_WORLD);
    std::size_t const in = static_cast<std::size_t>(plan.size_inbox()), out = static_cast<std::size_t>(plan.size_outbox());
    std::vector<cdouble> x(3 * in), y(3 * out), workspace(3 * plan.size_workspace());
    for (std::size_t b = 0; b < 3; b++)
        fill(x.data() + b * in, *signals[b], signals[b]->value, plan.inbox());
    for (cdouble *given : {workspace.data(), static_cast<cdouble *>(nullptr)}) {
        std::fill(y.begin(), y.end(), cdouble());
        plan.forward(3, x.data(), y.data(), given);
        for (std::size_t b = 0; b < 3; b++)
            CHECK(error_of(y.data() + b * out, *signals[b], signals[b]->wave, plan.outbox()) < bound<cdouble>(other));
        std::vector<cdouble> back(3 * in);
        plan.backward(3, y.data(), back.data(), given, heffte::scale::full);
        for (std::size_t b = 0; b < 3; b++)
            CHECK(error_of(back.data() + b * in, *signals[b], signals[b]->value, plan.inbox()) < bound<cdouble>(other));
    }
}

static void input_may_be_output() {
    oracle const &o = complex_signal();
    auto const world = o.world<int>();
    heffte::fft3d<tested> const plan(brick(world), slab(world, 1), MPI_COMM_WORLD);
    std::vector<cdouble> data(static_cast<std::size_t>(std::max(plan.size_inbox(), plan.size_outbox())));
    fill(data.data(), o, o.value, plan.inbox());
    plan.forward(data.data(), data.data(), heffte::scale::full);
    CHECK(error_of(data.data(), o, o.wave, plan.outbox(), 1.0L / o.count()) < bound<cdouble>(o));
    plan.backward(data.data(), data.data());
    CHECK(error_of(data.data(), o, o.value, plan.inbox()) < bound<cdouble>(o));
}

static void containers_come_back_with_the_size_of_the_box() {
    oracle const &o = complex_signal(), &r = real_signal();
    auto const world = o.world<int>();
    heffte::fft3d<tested> plan(brick(world), slab(world, 1), MPI_COMM_WORLD);
    // Longer than needed is allowed.
    std::vector<cdouble> x(static_cast<std::size_t>(plan.size_inbox()) + 3);
    fill(x.data(), o, o.value, plan.inbox());
    std::vector<cdouble> const y = plan.forward(x);
    CHECK(static_cast<long long>(y.size()) == plan.size_outbox());
    CHECK(error_of(y.data(), o, o.wave, plan.outbox()) < bound<cdouble>(o));
    std::vector<cdouble> const back = plan.backward(y, heffte::scale::full);
    CHECK(static_cast<long long>(back.size()) == plan.size_inbox());
    CHECK(error_of(back.data(), o, o.value, plan.inbox()) < bound<cdouble>(o));

    std::vector<float> real(static_cast<std::size_t>(plan.size_inbox()));
    fill(real.data(), r, r.value, plan.inbox());
    std::vector<cfloat> const spectrum = plan.forward(real, heffte::scale::full);
    CHECK(error_of(spectrum.data(), r, r.wave, plan.outbox(), 1.0L / r.count()) < bound<float>(r));
    std::vector<float> const real_back = plan.backward_real(spectrum);
    CHECK(error_of(real_back.data(), r, r.value, plan.inbox()) < bound<float>(r));

    heffte::fft3d_r2c<tested> half(brick(world), slab(world.r2c(2), 1), 2, MPI_COMM_WORLD);
    std::vector<cfloat> const halved = half.forward(real);
    CHECK(error_of(halved.data(), r, r.wave, half.outbox()) < bound<float>(r));
    std::vector<float> const halved_back = half.backward(halved, heffte::scale::full);
    CHECK(error_of(halved_back.data(), r, r.value, half.inbox()) < bound<float>(r));
}

static void two_dimensions_are_three_with_one_point() {
    oracle const o({{7, 9, 1}}, true), r({{7, 9, 1}}, false);
    heffte::box2d<> const world(std::array<int, 2>{{0, 0}}, std::array<int, 2>{{6, 8}});
    heffte::fft2d<tested> const plan(slab(world, 0), slab(world, 1), MPI_COMM_WORLD);
    pointers<cdouble, cdouble>(plan, o);
    heffte::fft2d_r2c<tested> const half(slab(world, 0), slab(world.r2c(1), 0), 1, MPI_COMM_WORLD);
    pointers<double, cdouble>(half, r);
}

// Every way that the options allow; orders before and after differ.
static void orders_algorithms_and_decompositions_change_no_number() {
    oracle const &o = complex_signal();
    auto const world = o.world<int>();
    auto const in = ordered(slab(world, 2), {{2, 1, 0}}), out = ordered(brick(world), {{0, 2, 1}});
    for (bool reorder : {false, true})
        for (bool pencils : {false, true})
            for (int algorithm = 0; algorithm < 4; algorithm++) {
                heffte::plan_options options(reorder, static_cast<heffte::reshape_algorithm>(algorithm), pencils);
                options.use_gpu_aware = algorithm % 2 == 0;
                heffte::fft3d<tested> const plan(in, out, MPI_COMM_WORLD, options);
                pointers<cdouble, cdouble>(plan, o);
            }
}

static void fewer_ranks_may_do_the_work_between() {
    oracle const &o = complex_signal();
    auto const world = o.world<int>();
    heffte::plan_options options = heffte::default_options<tested>();
    options.use_num_subranks(1);
    pointers<cdouble, cdouble>(heffte::fft3d<tested>(slab(world, 2), slab(world, 1), MPI_COMM_WORLD, options), o);

    std::vector<int> const last = {ranks - 1};
    MPI_Comm const comm = heffte::mpi::new_comm_from_group(last, MPI_COMM_WORLD);
    CHECK((comm != MPI_COMM_NULL) == (me == ranks - 1));
    options.use_subcomm(comm);
    heffte::fft3d<tested> const plan(slab(world, 2), slab(world, 1), MPI_COMM_WORLD, options);
    if (comm != MPI_COMM_NULL)
        heffte::mpi::comm_free(comm);
    pointers<cdouble, cdouble>(plan, o);

    // Null on every rank restricts nobody.
    options.use_subcomm(MPI_COMM_NULL);
    pointers<cdouble, cdouble>(heffte::fft3d<tested>(slab(world, 2), slab(world, 1), MPI_COMM_WORLD, options), o);
}

static void ranks_may_have_no_points() {
    oracle const &o = complex_signal();
    auto const world = o.world<int>();
    heffte::box3d<> const nothing({0, 0, 0}, {-1, -1, -1});
    heffte::fft3d<tested> const plan(me == 0 ? world : nothing, me == ranks - 1 ? world : nothing, MPI_COMM_WORLD);
    CHECK(plan.size_inbox() == (me == 0 ? o.count() : 0));
    pointers<cdouble, cdouble>(plan, o);
}

// The numbers of heFFTe's own C example, and the three rows of integers that Fortran passes.
static void plans_from_integers_and_streams_are_the_same() {
    int const first = 4 * me / ranks, last = 4 * (me + 1) / ranks - 1;
    heffte::fft3d<tested> const plans[] = {
        heffte::fft3d<tested>(0, 0, first, 3, 3, last, 0, 0, first, 3, 3, last, MPI_COMM_WORLD),
        heffte::fft3d<tested>(0, 0, first, 3, 3, last, 0, 1, 2, 0, 0, first, 3, 3, last, 0, 1, 2, MPI_COMM_WORLD),
        heffte::fft3d<tested>(0, 0, first, 3, 3, last, 0, 1, 2, 0, 0, first, 3, 3, last, 0, 1, 2, MPI_COMM_WORLD, true, 1,
                             false),
        heffte::fft3d<tested>(nullptr, {{0, 0, first}, {3, 3, last}}, {{0, 0, first}, {3, 3, last}}, MPI_COMM_WORLD)};
    for (auto const &plan : plans) {
        std::vector<cdouble> x(static_cast<std::size_t>(plan.size_inbox())), y(x.size());
        for (std::size_t i = 0; i < x.size(); i++)
            x[i] = static_cast<double>(i);
        plan.forward(x.data(), y.data());
        if (ranks == 2)
            CHECK(std::abs(y[0] - cdouble(me == 0 ? 992.0 : -512.0)) < 1e-11);
        plan.backward(y.data(), y.data(), heffte::scale::full);
        for (std::size_t i = 0; i < x.size(); i++)
            CHECK(std::abs(y[i] - x[i]) < 1e-13);
    }

    heffte::fft3d_r2c<tested> const halves[] = {
        heffte::fft3d_r2c<tested>(0, 0, first, 3, 3, last, 0, 0, first, 2, 3, last, 0, MPI_COMM_WORLD),
        heffte::fft3d_r2c<tested>(0, 0, first, 3, 3, last, 2, 1, 0, 0, 0, first, 2, 3, last, 0, 1, 2, 0, MPI_COMM_WORLD),
        heffte::fft3d_r2c<tested>(0, 0, first, 3, 3, last, 2, 1, 0, 0, 0, first, 2, 3, last, 0, 1, 2, 0, MPI_COMM_WORLD, false,
                                 3, true),
        heffte::fft3d_r2c<tested>(nullptr, {{0, 0, first}, {3, 3, last}}, {{0, 0, first}, {2, 3, last}}, 0,
                                 MPI_COMM_WORLD)};
    for (auto const &plan : halves) {
        std::vector<double> const x(static_cast<std::size_t>(plan.size_inbox()), 1.0);
        std::vector<cdouble> y(static_cast<std::size_t>(plan.size_outbox()));
        plan.forward(x.data(), y.data());
        CHECK(std::abs(y[0] - cdouble(me == 0 ? 64.0 : 0.0)) < 1e-12);
    }
}

static void sizes_and_factors_are_known() {
    if (ranks == 2) {
        heffte::box3d<> const half({0, 0, 2 * me}, {3, 3, 2 * me + 1});
        heffte::fft3d<tested> const plan(half, half, MPI_COMM_WORLD);
        CHECK(plan.size_inbox() == 32 && plan.size_outbox() == 32 && plan.size_workspace() == 96);
        CHECK(plan.size_comm_buffers() <= plan.size_workspace());
        CHECK(plan.inbox() == half && plan.outbox() == half);
    }
    auto const world = real_signal().world<int>();
    heffte::fft3d_r2c<tested> const plan(slab(world, 2), slab(world.r2c(0), 2), 0, MPI_COMM_WORLD);
    CHECK(plan.get_scale_factor(heffte::scale::none) == 1.0);
    CHECK(std::abs(plan.get_scale_factor(heffte::scale::full) - 1.0 / 120) < 1e-17);
    CHECK(std::abs(plan.get_scale_factor(heffte::scale::symmetric) - std::sqrt(1.0 / 120)) < 1e-16);
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    RUN(complex_plans_take_every_type_by_every_overload);
    RUN(an_index_of_64_bits_changes_nothing);
    RUN(real_plans_halve_any_direction);
    RUN(batches_follow_each_other_in_the_arrays);
    RUN(input_may_be_output);
    RUN(containers_come_back_with_the_size_of_the_box);
    RUN(two_dimensions_are_three_with_one_point);
    RUN(orders_algorithms_and_decompositions_change_no_number);
    RUN(fewer_ranks_may_do_the_work_between);
    RUN(ranks_may_have_no_points);
    RUN(plans_from_integers_and_streams_are_the_same);
    RUN(sizes_and_factors_are_known);
    return check_end();
}
