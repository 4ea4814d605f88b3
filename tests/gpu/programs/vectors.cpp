// ranks: 1
// The life of vectors in the memory of devices, and copies to and from them.
#include "device.hpp"

static std::vector<double> numbers(std::size_t count) {
    std::vector<double> result(count);
    std::iota(result.begin(), result.end(), 1.0);
    return result;
}

// Whether there are so many allocations more than at `before`; true where nobody counts.
static bool lives(int before, int more) { return before < 0 || live_memory() == before + more; }

static void vectors_are_made_copied_moved_and_freed() {
    int const before = live_memory();
    {
        vector<double> const empty, none(0);
        CHECK(empty.empty() && none.size() == 0 && none.data() == nullptr && lives(before, 0));
        vector<double> first = transfer::load(numbers(5));
        CHECK(first.size() == 5 && !first.empty() && first.end() - first.begin() == 5 && lives(before, 1));
        vector<double> copy(first), part(first.data() + 1, first.data() + 4);
        CHECK(copy.data() != first.data() && lives(before, 3));
        CHECK(transfer::unload(copy) == numbers(5) && transfer::unload(part) == std::vector<double>({2.0, 3.0, 4.0}));
        double *const address = first.data();
        vector<double> const moved(std::move(first));
        CHECK(moved.data() == address && first.empty() && lives(before, 3));
        copy = part;
        CHECK(copy.size() == 3 && transfer::unload(copy) == transfer::unload(part) && lives(before, 3));
        copy = vector<double>(nullptr, 2);
        CHECK(copy.size() == 2 && lives(before, 3));
        vector<double> const copy_of_none(none);
        CHECK(copy_of_none.empty() && transfer::unload(copy_of_none).empty() && lives(before, 3));
    }
    CHECK(lives(before, 0));
}

static void memory_is_given_up_and_taken_over() {
    int const before = live_memory();
    {
        vector<double> made = transfer::load(numbers(4));
        double *const given = made.release();
        CHECK(made.empty() && made.data() == nullptr && lives(before, 1));
        vector<double> const taken(given, 4);
        CHECK(taken.data() == given && transfer::unload(taken) == numbers(4));
        vector<double> other = transfer::load(numbers(2));
        vector<double> const captured = transfer::capture(other.release(), 2);
        CHECK(transfer::unload(captured) == numbers(2) && lives(before, 2));
    }
    CHECK(lives(before, 0));
}

static void copies_go_all_three_ways() {
    std::vector<double> const host = numbers(6);
    vector<double> a(6), b(6);
    transfer::load(host, a);
    transfer::copy(a, b.data());
    CHECK(transfer::unload(b) == host);
    transfer::copy(a.data() + 3, 3, b.data());
    std::vector<double> back(6);
    transfer::unload(b, back.data());
    CHECK(back == std::vector<double>({4.0, 5.0, 6.0, 4.0, 5.0, 6.0}));
    transfer::load(stream_type(nullptr), host.data() + 4, 2, b.data());
    CHECK(transfer::unload(b.data(), 3) == std::vector<double>({5.0, 6.0, 6.0}));
    vector<double> shorter(1);
    transfer::load(host, shorter);
    CHECK(shorter.size() == 6 && transfer::unload(shorter) == host);
    auto const buffer = heffte::make_buffer_container<double>(stream_type(nullptr), 7);
    static_assert(std::is_same<decltype(buffer), vector<double> const>::value, "streams choose the container");
    CHECK(buffer.size() == 7);
}

// The words of the exception that this throws.
template <typename function> static std::string said(function body) {
    try {
        body();
    } catch (std::exception const &e) {
        return e.what();
    }
    return "";
}

static bool has(std::string const &text, char const *words) { return text.find(words) != std::string::npos; }

static void what_cannot_be_is_an_exception() {
    int const before = live_memory();
    CHECK(has(said([] { heffte::gpu::device_set<tag>(99); }), "device 99 does not exist"));
    CHECK(has(said([] { heffte::gpu::device_set<tag>(-1); }), "device -1 does not exist"));
    std::vector<double> host(2);
    CHECK(has(said([&] { transfer::unload(host.data(), 2); }), "no device of backend"));
    CHECK(has(said([] { vector<double>(std::size_t(1) << 52); }), "could not allocate"));
    CHECK(has(said([] { vector<double>(std::numeric_limits<std::size_t>::max()); }), "more than any memory has"));
    CHECK(lives(before, 0));
}

static void a_device_is_chosen_by_its_number() {
    CHECK(heffte::gpu::device_count<tag>() >= 1);
    heffte::gpu::device_set<tag>(heffte::gpu::device_count<tag>() - 1);
    heffte::box3d<> const box({0, 0, 0}, {3, 3, 3});
    {
        heffte::fft3d<tag> const plan(box, box, MPI_COMM_WORLD);
        CHECK(plan.device() == heffte::gpu::device_count<tag>() - 1);
        vector<std::complex<float>> const data(64);
        plan.forward(data);
        heffte::gpu::synchronize_default_stream<tag>();
    }
    heffte::gpu::device_set<tag>(0);
    // A plan stays on the device where it was made.
    CHECK(heffte::fft3d<tag>(box, box, MPI_COMM_WORLD).device() == 0);
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    leave_without_device();
    // What stays with the device is made before anything is counted.
    heffte::gpu::device_set<tag>(0);
    RUN(vectors_are_made_copied_moved_and_freed);
    RUN(memory_is_given_up_and_taken_over);
    RUN(copies_go_all_three_ways);
    RUN(what_cannot_be_is_an_exception);
    RUN(a_device_is_chosen_by_its_number);
    return check_end();
}
