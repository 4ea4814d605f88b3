// ranks: 1 2
// Plans work in the stream that they are given, and nothing of a result is promised before synchronize_device().
#include "device.hpp"

typedef std::complex<double> scalar;

static heffte::box3d<> slab() {
    heffte::box3d<> const world({0, 0, 0}, {7, 5, 3});
    return heffte::split_world(world, {{1, 1, ranks}})[static_cast<std::size_t>(me)];
}

// Whether work waits in its stream until somebody waits for it, as it may on a device.
static bool is_put_off() {
    char const *const lazy = std::getenv("HEFFTE_STAND_IN_LAZY");
    return lazy != nullptr && std::string(lazy) == "1";
}

// A constant has all its waves in one point.
static void a_result_is_there_when_the_plans_stream_was_waited_for() {
    stream_type const stream = make_stream(), other = make_stream();
    {
        heffte::fft3d<tag> const plan(stream, slab(), slab(), MPI_COMM_WORLD);
        CHECK(plan.stream() == stream);
        std::vector<scalar> const ones(static_cast<std::size_t>(plan.size_inbox()), 1.0), before(ones.size(), -7.0);
        vector<scalar> const input = transfer::load(stream, ones);
        vector<scalar> output = transfer::load(stream, before);
        plan.forward(input.data(), output.data());
        if (is_put_off())
            CHECK(transfer::unload(other, output) == before);
        plan.synchronize_device();
        std::vector<scalar> const found = transfer::unload(other, output);
        for (std::size_t i = 0; i < found.size(); i++)
            CHECK(std::abs(found[i] - (me == 0 && i == 0 ? 192.0 : 0.0)) < 1e-13);
        // What comes in a vector is in the plan's stream, too.
        CHECK(plan.forward(input).stream() == stream);
        CHECK(transfer::unload(plan.forward(input)) == found);
    }
    free_stream(stream);
    free_stream(other);
}

static void plans_may_change_places_with_their_streams() {
    stream_type const stream = make_stream();
    {
        heffte::fft3d_r2c<tag> plan(slab(), slab().r2c(0), 0, MPI_COMM_WORLD);
        CHECK(plan.stream() == nullptr);
        plan = heffte::fft3d_r2c<tag>(stream, slab(), slab().r2c(0), 0, MPI_COMM_WORLD);
        CHECK(plan.stream() == stream);
        std::vector<double> const ones(static_cast<std::size_t>(plan.size_inbox()), 1.0);
        std::vector<double> const back = transfer::unload(plan.backward(plan.forward(transfer::load(ones)), heffte::scale::full));
        for (double number : back)
            CHECK(std::abs(number - 1.0) < 1e-14);
        heffte::transform3d<tag> const none(stream, slab(), slab(), {{heffte::axis::cos, heffte::axis::cos, heffte::axis::cos}},
                                            MPI_COMM_WORLD);
        CHECK(none.stream() == stream);
    }
    free_stream(stream);
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    leave_without_device();
    heffte::gpu::device_set<tag>(0);
    RUN(a_result_is_there_when_the_plans_stream_was_waited_for);
    RUN(plans_may_change_places_with_their_streams);
    return check_end();
}
