// Each kind of transform against a direct DFT, in several layouts.
#include "self_test.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstring>

using Number = std::complex<double>;
using Lengths = std::vector<long long>;

namespace {

struct Kind {
    const char *name;
    int type;
    bool is_double, reads_real, writes_real;
    bool is_complex() const { return !reads_real && !writes_real; }
};
const Kind KINDS[] = {
    {"C2C", 0x29, false, false, false}, {"R2C", 0x2a, false, true, false}, {"C2R", 0x2c, false, false, true},
    {"Z2Z", 0x69, true, false, false},  {"D2Z", 0x6a, true, true, false},  {"Z2D", 0x6c, true, false, true},
};

/// Lengths, and how both sides lie: dense, or with gaps.
struct Case {
    Lengths lengths;
    long long batch;
    /// Additional elements of each dimension; negative ones ask for the dense layout.
    long long gap, stride;
    bool in_place;
};
const Case CASES[] = {
    {{12}, 5, -1, 1, false},   {{9}, 3, -1, 1, false},      {{3, 4, 6}, 2, -1, 1, false}, {{15}, 5, 0, 7, false},
    {{6, 8}, 2, 2, 2, false},  {{2, 3, 5}, 2, 1, 3, false}, {{12}, 5, -1, 1, true},       {{3, 4, 6}, 2, -1, 1, true},
};

long long product(const Lengths &lengths) {
    long long all = 1;
    for (long long length : lengths) all *= length;
    return all;
}

/// One side of a transform: which elements it has and where they lie.
struct Side {
    Lengths lengths, embed;
    long long batch, stride, distance;
    bool is_real, is_double;

    size_t element() const { return (is_double ? 8u : 4u) * (is_real ? 1u : 2u); }
    size_t extent() const { return size_t(batch * distance + product(embed) * stride) * element(); }
    /// Where element `i` of line `b` begins, counted as in C.
    size_t offset(long long b, long long i) const {
        long long place = 0, scale = stride;
        for (size_t a = lengths.size(); a-- > 0;) {
            place += i % lengths[a] * scale;
            i /= lengths[a];
            scale *= embed[a];
        }
        return size_t(b * distance + place) * element();
    }
    void put(std::vector<char> &bytes, size_t at, Number value) const {
        double parts[] = {value.real(), value.imag()};
        float halves[] = {float(value.real()), float(value.imag())};
        std::memcpy(&bytes[at], is_double ? static_cast<void *>(parts) : halves, element());
    }
    Number get(const std::vector<char> &bytes, size_t at) const {
        double parts[2] = {0, 0};
        float halves[2] = {0, 0};
        std::memcpy(is_double ? static_cast<void *>(parts) : halves, &bytes[at], element());
        return is_double ? Number(parts[0], parts[1]) : Number(halves[0], halves[1]);
    }
};

Side side_of(const Kind &kind, const Case &c, bool is_input) {
    Side side{c.lengths, {}, c.batch, c.stride, 0, is_input ? kind.reads_real : kind.writes_real, kind.is_double};
    if (!side.is_real && !kind.is_complex()) side.lengths.back() = side.lengths.back() / 2 + 1;
    side.embed = side.lengths;
    for (long long &length : side.embed) length += c.gap > 0 ? c.gap : 0;
    if (c.in_place && side.is_real) side.embed.back() = 2 * (c.lengths.back() / 2 + 1);
    side.distance = product(side.embed) * side.stride;
    // The strided case of one dimension has its lines side by side.
    if (c.gap == 0) side.distance = 1;
    return side;
}

/// The spectrum of `line`, dense, by definition.
std::vector<Number> direct(const std::vector<Number> &line, const Lengths &lengths, int direction) {
    size_t total = line.size();
    std::vector<Number> result(total);
    for (size_t k = 0; k < total; k++)
        for (size_t x = 0; x < total; x++) {
            double turns = 0;
            size_t rest_k = k, rest_x = x;
            for (size_t a = lengths.size(); a-- > 0;) {
                size_t n = size_t(lengths[a]);
                turns += double(rest_k % n * (rest_x % n) % n) / double(n);
                rest_k /= n, rest_x /= n;
            }
            result[k] += line[x] * std::polar(1.0, direction * 2 * std::acos(-1.0) * turns);
        }
    return result;
}

/// The first half of the last dimension.
std::vector<Number> halved(const std::vector<Number> &spectrum, const Lengths &lengths) {
    std::vector<Number> half;
    size_t n = size_t(lengths.back());
    for (size_t i = 0; i < spectrum.size(); i++)
        if (i % n <= n / 2) half.push_back(spectrum[i]);
    return half;
}

/// What goes in, and what has to come out, of one line.
struct Pair {
    std::vector<Number> in, out;
};

Pair pair_of(const Kind &kind, const Lengths &lengths, long long line, int direction) {
    std::vector<Number> values(size_t(product(lengths)));
    for (size_t i = 0; i < values.size(); i++) {
        double t = double(i) + 100.0 * double(line);
        values[i] = {std::sin(1 + t * t), kind.is_complex() ? std::cos(3 * t + 2) : 0};
    }
    std::vector<Number> spectrum = direct(values, lengths, direction);
    if (kind.is_complex()) return {values, spectrum};
    spectrum = halved(direct(values, lengths, -1), lengths);
    if (kind.reads_real) return {values, spectrum};
    std::vector<Number> scaled = values;
    for (Number &value : scaled) value *= double(values.size());
    return {spectrum, scaled};
}

int execute(const Vendor &vendor, const Kind &kind, Handle plan, Address in, Address out, int direction) {
    std::string name = std::string("Exec") + kind.name;
    return kind.is_complex() ? vendor.transform(name, plan, in, out, direction) : vendor.transform(name, plan, in, out);
}

Handle plan_of(const Vendor &vendor, const Kind &kind, const Case &c, const Side &in, const Side &out, size_t *work) {
    Handle plan = 0;
    bool is_dense = c.gap < 0;
    SUCCEEDS(vendor.transform("Create", &plan));
    SUCCEEDS(vendor.transform("SetAutoAllocation", plan, 0));
    SUCCEEDS(vendor.transform("MakePlanMany64", plan, int(c.lengths.size()), c.lengths.data(), is_dense ? nullptr : in.embed.data(),
                              in.stride, in.distance, is_dense ? nullptr : out.embed.data(), out.stride, out.distance, kind.type, c.batch,
                              work));
    REQUIRE(*work > 0);
    return plan;
}

/// Whether all elements are right, and nothing between them was written.
void compare(const Side &side, std::vector<char> bytes, const std::vector<Pair> &pairs, bool in_place) {
    double error = 0, norm = 0;
    for (long long b = 0; b < side.batch; b++)
        for (size_t i = 0; i < pairs[size_t(b)].out.size(); i++) {
            size_t at = side.offset(b, (long long)i);
            Number wanted = pairs[size_t(b)].out[i];
            error += std::norm(side.get(bytes, at) - wanted);
            norm += std::norm(wanted);
            std::fill_n(bytes.begin() + long(at), side.element(), 'x');
        }
    REQUIRE(std::sqrt(error / norm) < (side.is_double ? 1e-14 : 1e-6));
    REQUIRE(in_place || std::count(bytes.begin(), bytes.end(), 'x') == long(bytes.size()));
}

void check(const Vendor &vendor, const Kind &kind, const Case &c, int direction) {
    Side in = side_of(kind, c, true), out = side_of(kind, c, false);
    std::vector<char> input(std::max(in.extent(), c.in_place ? out.extent() : 0), 'x'), output(out.extent(), 'x');
    std::vector<Pair> pairs;
    for (long long b = 0; b < c.batch; b++) {
        pairs.push_back(pair_of(kind, c.lengths, b, direction));
        for (size_t i = 0; i < pairs.back().in.size(); i++) in.put(input, in.offset(b, (long long)i), pairs.back().in[i]);
    }
    Address from = vendor.loaded(input), to = c.in_place ? from : vendor.loaded(output);
    size_t work = 0;
    Handle plan = plan_of(vendor, kind, c, in, out, &work);
    Address area = vendor.allocated(work);
    SUCCEEDS(vendor.transform("SetWorkArea", plan, area));
    SUCCEEDS(execute(vendor, kind, plan, from, to, direction));
    SUCCEEDS(vendor.unload(output, to));
    SUCCEEDS(vendor.wait(0));
    compare(out, output, pairs, c.in_place);
    if (!c.in_place) {
        std::vector<char> after(input.size());
        SUCCEEDS(vendor.unload(after, from));
        // Nobody may rely on what a transform to real numbers read.
        REQUIRE(kind.writes_real ? std::isnan(in.get(after, 0).real()) : after == input);
        SUCCEEDS(vendor.release(to));
    }
    SUCCEEDS(vendor.transform("Destroy", plan));
    SUCCEEDS(vendor.release(from));
    SUCCEEDS(vendor.release(area));
}

void transforms_are_those_of_a_direct_dft(const Vendor &vendor) {
    vendor.begin();
    for (const Kind &kind : KINDS)
        for (const Case &c : CASES)
            for (int direction : {-1, 1})
                if (kind.is_complex() || direction == (kind.reads_real ? -1 : 1)) check(vendor, kind, c, direction);
    REQUIRE(vendor.live("plans") == 0 && vendor.live("memory") == 0);
}

void transforms_want_their_work_area(const Vendor &vendor) {
    vendor.begin();
    const Kind &kind = KINDS[3];
    const Case &c = CASES[0];
    Side side = side_of(kind, c, true);
    Address data = vendor.loaded(std::vector<char>(side.extent(), 0));
    size_t work = 0;
    Handle plan = plan_of(vendor, kind, c, side, side, &work);
    constexpr int NO_WORKSPACE = 13, INVALID_TYPE = 3, INVALID_VALUE = 4;
    REQUIRE(execute(vendor, kind, plan, data, data, -1) == NO_WORKSPACE);
    Address area = vendor.allocated(work);
    SUCCEEDS(vendor.transform("SetWorkArea", plan, area));
    REQUIRE(execute(vendor, KINDS[0], plan, data, data, -1) == INVALID_TYPE);
    REQUIRE(execute(vendor, kind, plan, data + side.extent() / 2, data, -1) == INVALID_VALUE);
    REQUIRE(execute(vendor, kind, plan, Address(&work), data, -1) == INVALID_VALUE);
    SUCCEEDS(execute(vendor, kind, plan, data, data, -1));
    std::vector<double> scratch(work / sizeof(double));
    SUCCEEDS(vendor.unload(scratch, area));
    REQUIRE(std::isnan(scratch[0]) && std::isnan(scratch.back()));
}

} // namespace
