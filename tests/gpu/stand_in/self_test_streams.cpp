// Work that is put off until somebody waits for it.
#include "self_test.h"

#include <cmath>

namespace {

void a_lazy_stream_waits_until_it_is_asked(const Vendor &vendor) {
    vendor.begin();
    Handle first = vendor.stream(), second = vendor.stream(), event = 0, early = 0;
    std::vector<double> values = counting(10), back(10);
    Address device = vendor.allocated(80), other = vendor.allocated(80);
    SUCCEEDS(vendor.call("cuEventCreate", "hipEventCreateWithFlags", &event, 0u));
    SUCCEEDS(vendor.call("cuEventCreate", "hipEventCreateWithFlags", &early, 0u));
    SUCCEEDS(vendor.call("cuEventRecord", "hipEventRecord", early, first));
    SUCCEEDS(vendor.load(device, values, first));
    SUCCEEDS(vendor.call("cuEventRecord", "hipEventRecord", event, first));
    // Without the event, the other stream copies what is not there yet.
    SUCCEEDS(vendor.unload(back, device, second));
    SUCCEEDS(vendor.wait(second));
    REQUIRE(std::isnan(back[0]));
    SUCCEEDS(vendor.call("cuStreamWaitEvent", "hipStreamWaitEvent", second, event, 0u));
    SUCCEEDS(vendor.copy(other, device, 80, DEVICE_TO_DEVICE, second));
    SUCCEEDS(vendor.unload(back, other, second));
    REQUIRE(std::isnan(back[0]));
    REQUIRE(vendor.call("cuEventQuery", "hipEventQuery", event) == NOT_READY);
    SUCCEEDS(vendor.call("cuEventQuery", "hipEventQuery", event));
    REQUIRE(std::isnan(back[0]));
    SUCCEEDS(vendor.wait(second));
    REQUIRE(back == values);
    float milliseconds = -1;
    SUCCEEDS(vendor.call("cuEventElapsedTime", "hipEventElapsedTime", &milliseconds, early, event));
    REQUIRE(milliseconds >= 0);
    for (Handle one : {event, early}) SUCCEEDS(vendor.call("cuEventDestroy_v2", "hipEventDestroy", one));
    for (Handle one : {first, second}) SUCCEEDS(vendor.call("cuStreamDestroy_v2", "hipStreamDestroy", one));
    REQUIRE(vendor.live("events") == 0 && vendor.live("streams") == 0);
}

void the_default_stream_and_others_wait_for_each_other(const Vendor &vendor) {
    vendor.begin();
    Handle blocking = 0, free = vendor.stream(), event = 0;
    SUCCEEDS(vendor.call("cuStreamCreate", "hipStreamCreateWithFlags", &blocking, 0u));
    SUCCEEDS(vendor.call("cuEventCreate", "hipEventCreateWithFlags", &event, 0u));
    std::vector<double> values = counting(10), back(10), none(10);
    Address device = vendor.allocated(80), other = vendor.allocated(80);
    SUCCEEDS(vendor.load(device, values, blocking));
    SUCCEEDS(vendor.load(other, values, free));
    SUCCEEDS(vendor.unload(back, device));
    SUCCEEDS(vendor.unload(none, other));
    SUCCEEDS(vendor.call("cuEventRecord", "hipEventRecord", event, Handle(0)));
    REQUIRE(back[0] == 0);
    SUCCEEDS(vendor.call("cuEventSynchronize", "hipEventSynchronize", event));
    REQUIRE(back == values && std::isnan(none[0]));

    std::vector<double> news(10, 7.0);
    SUCCEEDS(vendor.load(device, news));
    SUCCEEDS(vendor.unload(none, device, free));
    SUCCEEDS(vendor.wait(free));
    REQUIRE(none == values);
    SUCCEEDS(vendor.unload(back, device, blocking));
    SUCCEEDS(vendor.wait(blocking));
    REQUIRE(back == news);
}

void the_device_waits_for_all_streams(const Vendor &vendor) {
    vendor.begin();
    Handle kept = vendor.stream(), gone = vendor.stream();
    std::vector<double> values = counting(10), back(10), more(10);
    Address device = vendor.allocated(80);
    SUCCEEDS(vendor.load(device, values, kept));
    SUCCEEDS(vendor.unload(back, device, kept));
    SUCCEEDS(vendor.unload(more, device, gone));
    SUCCEEDS(vendor.call("cuStreamDestroy_v2", "hipStreamDestroy", gone));
    REQUIRE(back[0] == 0 && more[0] == 0);
    SUCCEEDS(vendor.call("cuCtxSynchronize", "hipDeviceSynchronize"));
    REQUIRE(back == values && more == values);
    REQUIRE(vendor.wait(gone) == INVALID_HANDLE);
}

} // namespace
