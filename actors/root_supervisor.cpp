#include "actors/root_supervisor.hpp"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "actors/error.hpp"

namespace cohort::actors {

namespace {

using root_self = root_supervisor_actor::stateful_pointer<root_state>;

void end_all(root_self self, caf::error reason) {
  auto& children = self->state.children;
  for (auto entry = children.rbegin(); entry != children.rend(); ++entry) {
    if (entry->rests_until)
      continue;
    self->demonitor(entry->what.handle);
    caf::anon_send_exit(entry->what.handle, caf::exit_reason::user_shutdown);
  }
  children.clear();
  self->quit(std::move(reason));
}

void give_up(root_self self, const std::string& why) {
  spdlog::critical("root_supervisor: {}", why);
  end_all(self, to_caf({runtime::errc::internal, why}));
}

void start_again(root_self self, root_state::entry& entry) {
  entry.what.handle = entry.what.restart(++entry.incarnation);
  self->monitor(entry.what.handle);
}

void rest(root_self self, root_state::entry& entry,
          const root_settings& settings, const std::string& why) {
  spdlog::error("root_supervisor: {}; it is started again in {} s", why,
                settings.window.count());
  entry.what.handle = nullptr;
  entry.restarts.clear();
  entry.rests_until = self->clock().now() + settings.window;
  self->delayed_send(self, settings.window, messages::flush_atom_v);
}

void on_rest_over(root_self self) {
  auto now = self->clock().now();
  for (auto& entry : self->state.children)
    if (entry.rests_until && *entry.rests_until <= now) {
      entry.rests_until.reset();
      start_again(self, entry);
    }
}

void on_down(root_self self, const root_settings& settings,
             const caf::down_msg& down) {
  auto& children = self->state.children;
  auto entry = std::find_if(children.begin(), children.end(), [&](auto& x) {
    return !x.rests_until && x.what.handle.address() == down.source;
  });
  if (entry == children.end())
    return;
  if (entry->what.ends_process)
    return end_all(self, down.reason);
  auto reason = self->system().render(down.reason);
  if (entry->what.is_optional) {
    spdlog::warn("root_supervisor: going on without {}: {}", entry->what.name,
                 reason);
    children.erase(entry);
    return;
  }
  if (!entry->what.restart)
    return give_up(self, entry->what.name + " died: " + reason);
  auto now = self->clock().now();
  auto& restarts = entry->restarts;
  restarts.push_back(now);
  while (restarts.front() + settings.window < now)
    restarts.pop_front();
  if (restarts.size() > settings.restarts) {
    auto why = entry->what.name + " died " + std::to_string(restarts.size())
               + " times in a row: " + reason;
    return entry->what.rests ? rest(self, *entry, settings, why)
                             : give_up(self, why);
  }
  spdlog::warn("root_supervisor: restarting {}: {}", entry->what.name, reason);
  start_again(self, *entry);
}

} // namespace

root_supervisor_actor::behavior_type
root_supervisor(root_self self, std::vector<child> children,
                root_settings settings) {
  for (auto& what : children) {
    self->monitor(what.handle);
    self->state.children.push_back({std::move(what), 1, {}, {}});
  }
  self->set_down_handler(
    [=](caf::down_msg& down) { on_down(self, settings, down); });
  return {
    [=](const pb::Shutdown&) {
      end_all(self, caf::exit_reason::user_shutdown);
    },
    [=](messages::flush_atom) { on_rest_over(self); },
  };
}

} // namespace cohort::actors
