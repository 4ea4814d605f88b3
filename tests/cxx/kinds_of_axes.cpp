// ranks: 1 2 4
// Plans with a kind of transform for each dimension, by the definitions.
#include "lines.hpp"
#include "oracle.hpp"

#ifndef BACKEND
#define BACKEND stock
#endif

using heffte::axis;

typedef std::array<axis, 3> kinds;

static std::array<int, 3> const SIZE = {{5, 4, 6}};

// A line of complex numbers by a real transform of each part.
static std::vector<wide> by_parts(line transform, std::vector<wide> const &values) {
    std::vector<long double> real, imaginary;
    for (wide const &value : values) {
        real.push_back(value.real());
        imaginary.push_back(value.imag());
    }
    real = transform(real);
    imaginary = transform(imaginary);
    std::vector<wide> result;
    for (std::size_t i = 0; i < values.size(); i++)
        result.push_back(wide(real[i], imaginary[i]));
    return result;
}

static std::vector<wide> fourier(std::vector<wide> const &values, long double sign) {
    std::size_t const n = values.size();
    std::vector<wide> result(n);
    for (std::size_t k = 0; k < n; k++)
        for (std::size_t j = 0; j < n; j++)
            result[k] += values[j] * std::polar(1.0L, sign * 2 * turn() * static_cast<long double>(j * k % n) / n);
    return result;
}

static std::vector<wide> transformed(axis kind, bool backward, std::vector<wide> const &values) {
    switch (kind) {
    case axis::c2c:
    case axis::r2c: return fourier(values, backward ? 1.0L : -1.0L);
    case axis::cos: return by_parts(backward ? redft01 : redft10, values);
    case axis::sin: return by_parts(backward ? rodft01 : rodft10, values);
    case axis::cos1: return by_parts(redft00, values);
    case axis::sin1: return by_parts(rodft00, values);
    case axis::identity: break;
    }
    return values;
}

// A world transformed along all axes.
static std::vector<wide> along_all(kinds const &of, bool backward, std::vector<wide> world) {
    for (std::size_t d = 0, apart = 1; d < 3; apart *= static_cast<std::size_t>(SIZE[d]), d++)
        for (std::size_t i = 0; i < world.size(); i++) {
            std::size_t const n = static_cast<std::size_t>(SIZE[d]);
            if (i / apart % n != 0)
                continue;
            std::vector<wide> values;
            for (std::size_t j = 0; j < n; j++)
                values.push_back(world[i + j * apart]);
            values = transformed(of[d], backward, values);
            for (std::size_t j = 0; j < n; j++)
                world[i + j * apart] = values[j];
        }
    return world;
}

// What forward and backward together multiply by.
static double round_trip(kinds const &of) {
    double product = 1.0;
    for (std::size_t d = 0; d < 3; d++)
        switch (of[d]) {
        case axis::identity: break;
        case axis::c2c:
        case axis::r2c: product *= SIZE[d]; break;
        case axis::cos1: product *= 2 * (SIZE[d] - 1); break;
        case axis::sin1: product *= 2 * (SIZE[d] + 1); break;
        case axis::cos:
        case axis::sin: product *= 2 * SIZE[d]; break;
        }
    return product;
}

template <typename index> heffte::transform3d<heffte::backend::BACKEND, index> make(kinds const &of) {
    oracle const o(SIZE, false);
    heffte::box3d<index> const world = o.world<index>();
    auto const halved = std::find(of.begin(), of.end(), axis::r2c);
    heffte::box3d<index> const far = halved == of.end() ? world : world.r2c(static_cast<int>(halved - of.begin()));
    std::size_t const mine = static_cast<std::size_t>(me), other = static_cast<std::size_t>(ranks - 1 - me);
    return heffte::make_transform3d<heffte::backend::BACKEND>(heffte::split_world(world, {{1, 1, ranks}})[mine],
                                                            heffte::split_world(far, {{ranks, 1, 1}})[other], of, MPI_COMM_WORLD);
}

// All overloads, from `near` to `far`.
template <typename near, typename far, typename index = int> static void are_right(kinds const &of) {
    bool const is_complex = !std::is_floating_point<near>::value;
    oracle const o(SIZE, is_complex);
    double const most = bound<far>(o);
    std::vector<wide> const spectrum = along_all(of, false, o.value);
    auto const plan = make<index>(of);
    std::size_t const in = static_cast<std::size_t>(plan.size_inbox()), out = static_cast<std::size_t>(plan.size_outbox());
    std::vector<near> x(2 * in + 1), back(2 * in + 1);
    std::vector<far> y(2 * out + 1), workspace(2 * plan.size_workspace());
    fill(x.data(), o, o.value, plan.inbox());
    fill(x.data() + in, o, o.value, plan.inbox());

    plan.forward(x.data(), y.data());
    CHECK(error_of(y.data(), o, spectrum, plan.outbox()) < most);
    plan.backward(y.data(), back.data(), workspace.data(), heffte::scale::full);
    CHECK(error_of(back.data(), o, o.value, plan.inbox()) < most);
    CHECK(std::abs(plan.get_scale_factor(heffte::scale::full) * round_trip(of) - 1.0) < 1e-14);

    plan.forward(2, x.data(), y.data(), workspace.data(), heffte::scale::full);
    CHECK(error_of(y.data() + out, o, spectrum, plan.outbox(), 1.0L / round_trip(of)) < most);
    plan.backward(2, y.data(), back.data());
    CHECK(error_of(back.data() + in, o, o.value, plan.inbox()) < most);

    std::vector<far> const made = plan.template forward<far>(x, heffte::scale::symmetric);
    CHECK(made.size() == out);
    CHECK(error_of(made.data(), o, spectrum, plan.outbox(), 1.0L / std::sqrt(static_cast<long double>(round_trip(of)))) < most);
    std::vector<near> const returned = plan.template backward<near>(made, heffte::scale::symmetric);
    CHECK(returned.size() == in && error_of(returned.data(), o, o.value, plan.inbox()) < most);
    plan.forward(x, y);
    CHECK(error_of(y.data(), o, spectrum, plan.outbox()) < most);
    plan.backward(y, back);
    CHECK(error_of(back.data(), o, o.value, plan.inbox(), round_trip(of)) < most);
}

static void without_fourier_transforms_types_stay_as_they_are() {
    are_right<double, double>({{axis::cos, axis::identity, axis::sin}});
    are_right<float, float>({{axis::sin1, axis::cos1, axis::cos}});
    are_right<std::complex<double>, std::complex<double>>({{axis::identity, axis::sin, axis::cos1}});
    are_right<std::complex<float>, std::complex<float>, long long>({{axis::cos, axis::cos, axis::identity}});
}
static void with_a_complex_one_results_are_complex() {
    are_right<std::complex<double>, std::complex<double>>({{axis::cos, axis::c2c, axis::sin}});
    are_right<std::complex<float>, std::complex<float>>({{axis::c2c, axis::sin1, axis::c2c}});
    are_right<double, std::complex<double>>({{axis::identity, axis::cos, axis::c2c}});
}
static void with_a_real_one_half_of_the_spectrum_is_kept() {
    are_right<double, std::complex<double>>({{axis::sin, axis::r2c, axis::c2c}});
    are_right<float, std::complex<float>, long long>({{axis::r2c, axis::cos1, axis::identity}});
}

static void backward_is_by_the_definition_too() {
    kinds const of = {{axis::sin, axis::c2c, axis::cos}};
    oracle const o(SIZE, true);
    auto const plan = make<int>(of);
    std::vector<std::complex<double>> y(static_cast<std::size_t>(plan.size_outbox()) + 1), x(static_cast<std::size_t>(plan.size_inbox()) + 1);
    fill(y.data(), o, o.value, plan.outbox());
    plan.backward(y.data(), x.data());
    CHECK(error_of(x.data(), o, along_all(of, true, o.value), plan.inbox()) < bound<std::complex<double>>(o));
}

// The text of the exception that a call throws, where it is of that type.
template <typename exception, typename call_type> static std::string text_of(call_type call) {
    try {
        call();
    } catch (exception const &e) {
        return e.what();
    }
    return "nothing was thrown";
}

static bool says(std::string const &text, std::string const &words) { return text.find(words) != std::string::npos; }

static void what_is_wrong_on_one_rank_is_an_exception_on_all() {
    kinds const wrong = {{axis::cos, static_cast<axis>(7), axis::cos}}, right = {{axis::cos, axis::cos, axis::cos}};
    std::string const unknown = text_of<std::invalid_argument>([&] { make<int>(me == ranks - 1 ? wrong : right); });
    CHECK(says(unknown, "heffte::transform3d: rank " + std::to_string(ranks - 1) + ": kind 7 of axis 1 is unknown"));
    std::string const twice =
        text_of<std::invalid_argument>([] { make<int>({{axis::r2c, axis::cos, axis::r2c}}); });
    CHECK(says(twice, "axes 0 and 2 are both real-to-complex"));

    auto const plan = make<int>(right);
    std::vector<double> x(static_cast<std::size_t>(plan.size_inbox()) + 1), y(static_cast<std::size_t>(plan.size_outbox()) + 1);
    std::vector<std::complex<double>> z(y.size());
    std::string const types = text_of<std::invalid_argument>([&] { plan.forward(x.data(), z.data()); });
    CHECK(says(types, "heffte::transform3d::forward: ") && says(types, "cannot go from float64 to complex128"));
    std::vector<double> const few(1);
    std::string const lengths =
        text_of<std::invalid_argument>([&] { me == 0 ? plan.forward(few, y) : plan.forward(x, y); });
    CHECK(says(lengths, "rank 0: input has 1 elements"));
}

static void plans_print_themselves() {
    std::ostringstream printed;
    printed << make<int>({{axis::cos, axis::c2c, axis::identity}});
    CHECK(says(printed.str(), "cos along 0") && says(printed.str(), "c2c along 1") && !says(printed.str(), "along 2"));
}

int main(int argc, char **argv) {
    check_begin(&argc, &argv);
    RUN(without_fourier_transforms_types_stay_as_they_are);
    RUN(with_a_complex_one_results_are_complex);
    RUN(with_a_real_one_half_of_the_spectrum_is_kept);
    RUN(backward_is_by_the_definition_too);
    RUN(what_is_wrong_on_one_rank_is_an_exception_on_all);
    RUN(plans_print_themselves);
    return check_end();
}
