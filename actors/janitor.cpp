#include "actors/janitor.hpp"

#include <utility>

namespace cohort::actors {

namespace {

using janitor_self = janitor_actor::stateful_pointer<janitor_state>;

void clean_later(janitor_self self, const timer_actor& timer,
                 std::chrono::milliseconds interval) {
  pb::StartTimer start;
  start.set_delay_ms(static_cast<uint64_t>(interval.count()));
  self->send(timer, std::move(start));
}

} // namespace

janitor_actor::behavior_type janitor(janitor_self self, timer_actor timer,
                                     janitor_settings settings) {
  clean_later(self, timer, settings.interval);
  return {[=](const pb::TimerExpired&) {
    settings.clean();
    clean_later(self, timer, settings.interval);
  }};
}

} // namespace cohort::actors
