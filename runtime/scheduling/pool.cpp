#include "runtime/scheduling/pool.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "runtime/resilience/later.hpp"
#include "runtime/scheduling/admission.hpp"
#include "runtime/scheduling/pool_impl.hpp"

namespace cohort::runtime::scheduling {

namespace {

using std::chrono::milliseconds;

/// At most some ten thousand years, at least a millisecond.
milliseconds to_milliseconds(const google::protobuf::Duration& duration) {
  constexpr int64_t seconds_max = 315'576'000'000;
  auto milli = std::clamp(duration.seconds(), -seconds_max, seconds_max) * 1000
               + duration.nanos() / 1'000'000;
  return milliseconds{std::max<int64_t>(1, milli)};
}

milliseconds lease_of(const pb::WorkUnit& unit, const pool_settings& settings) {
  return unit.has_lease() ? to_milliseconds(unit.lease())
                          : settings.worker_timeout;
}

time_point deadline_of(const pb::WorkUnit& unit, time_point now) {
  return unit.has_time_left()
           ? resilience::later(now, to_milliseconds(unit.time_left()))
           : time_point::max();
}

resilience::breaker_settings breaker_of(const pool_settings& settings,
                                        uint32_t failures_in_a_row) {
  return {failures_in_a_row, settings.breaker_failure_rate,
          settings.breaker_minimum_calls, settings.breaker_window,
          settings.breaker_cool_down};
}

/// Stands for the slot that the unit needs; two that fall together only cost a
/// slot that is less warm than was thought.
uint64_t home_of(const pb::WorkUnit& unit) {
  if (unit.tree().empty())
    return 0;
  std::hash<std::string_view> hash;
  auto both = hash(unit.tree()) * 31 + hash(unit.workspace_root());
  return std::max<uint64_t>(1, both);
}

} // namespace

pool::impl::impl(pool_settings s, uint64_t epoch, uint64_t seed)
  : settings{s},
    worker_breaker{breaker_of(s, s.quarantine_failures)},
    head_epoch{epoch},
    random{seed},
    budget{s.retry_budget},
    tasks{units},
    breakers{breaker_of(settings, 0)},
    workers{worker_breaker, breakers, specialties, held},
    late{settings.speculation} {
  // nop
}

unit_record& pool::impl::add_unit(requester_id requester, pb::WorkUnit unit,
                                  time_point now) {
  auto& record = units.add(std::move(unit));
  auto& work = units.work_of(record);
  record.phase = unit_phase::blocked;
  record.order = next_order++;
  record.rank = work.rank();
  record.ticket = work.ticket();
  record.is_cpu_bound = work.cpu_bound() && settings.max_cpu_bound > 0;
  record.lease = lease_of(work, settings);
  record.deadline = deadline_of(work, now);
  record.home = home_of(work);
  record.kind = kind_of(work);
  tasks.add(tasks.get(requester, work.task_id()), record);
  ++queued;
  return record;
}

void pool::impl::submit(requester_id requester, std::vector<pb::WorkUnit> batch,
                        time_point now) {
  auto plan = admit(batch);
  std::vector<uint64_t> sequences;
  sequences.reserve(batch.size());
  auto rejected = plan.rejected.begin();
  std::vector<ending> endings;
  for (auto& unit : batch) {
    auto& record = add_unit(requester, std::move(unit), now);
    sequences.push_back(record.sequence());
    if (rejected != plan.rejected.end()
        && rejected->unit + 1 == sequences.size()) {
      endings.push_back(
        {record.sequence(), failure(rejected->code, rejected->why)});
      ++rejected;
      continue;
    }
    record.specialty = specialties.use(units.work_of(record).specialty());
  }
  lanes.resize(std::max<size_t>(lanes.size(), lanes_end()));
  for (auto& [dependency, dependent] : plan.edges) {
    units.find(sequences[dependency])
      ->dependents.push_back(sequences[dependent]);
    ++units.find(sequences[dependent])->missing;
  }
  fail(std::move(endings));
  enqueue_ready(sequences);
  match(now);
}

/// In order of urgency: then each queue's units come to it in order, too.
void pool::impl::enqueue_ready(const std::vector<uint64_t>& sequences) {
  std::vector<ready_queue::entry> ready;
  ready.reserve(sequences.size());
  for (auto sequence : sequences)
    if (auto* record = units.find(sequence);
        record != nullptr && record->missing == 0)
      ready.push_back({{record->rank, record->order}, sequence});
  auto is_more_urgent = [](auto& a, auto& b) {
    return is_before(a.how, b.how);
  };
  if (!std::is_sorted(ready.begin(), ready.end(), is_more_urgent))
    std::sort(ready.begin(), ready.end(), is_more_urgent);
  for (auto& entry : ready)
    enqueue(*units.find(entry.sequence));
}

pool::pool(pool_settings settings, uint64_t head_epoch, uint64_t seed)
  : impl_{std::make_unique<impl>(settings, head_epoch, seed)} {
  // nop
}

pool::~pool() = default;

void pool::add_worker(worker_id worker, const pb::WorkerHello& hello,
                      time_point now) {
  impl_->saw(now);
  if (auto* added = impl_->workers.add(worker, hello)) {
    impl_->cores_brought += added->hello.brings_core() ? 1 : 0;
    impl_->workers.place(*added, now);
  }
  impl_->match(now);
}

void pool::retire_worker(worker_id worker, time_point now) {
  impl_->saw(now);
  if (auto* retiring = impl_->workers.find(worker))
    impl_->workers.give_up(*retiring);
  impl_->match(now); // Others need not wait for it any more.
}

void pool::remove_worker(worker_id worker, time_point now) {
  impl_->saw(now);
  auto* leaving = impl_->workers.find(worker);
  if (leaving == nullptr)
    return;
  impl_->strip(*leaving, errc::crashed,
               "worker " + leaving->hello.worker() + " died", now);
  impl_->cores_brought -= leaving->hello.brings_core() ? 1 : 0;
  impl_->workers.remove(*leaving);
  impl_->match(now);
}

void pool::submit(requester_id requester, std::vector<pb::WorkUnit> units,
                  time_point now) {
  impl_->saw(now);
  impl_->submit(requester, std::move(units), now);
}

void pool::cancel(requester_id requester, const std::string& task_id,
                  time_point now) {
  impl_->saw(now);
  impl_->cancel_task(requester, task_id, now);
  impl_->match(now);
}

void pool::remove_requester(requester_id requester, time_point now) {
  impl_->saw(now);
  for (auto* task : impl_->tasks.of(requester)) {
    task->is_cancelling = false;
    // Whatever depended on it is the requester's as well.
    static_cast<void>(impl_->stop_all_of(*task, now));
  }
  impl_->match(now);
}

void pool::finish(worker_id worker, uint64_t sequence, uint32_t attempt,
                  pb::AttemptResult result, time_point now) {
  impl_->saw(now);
  auto* from = impl_->workers.find(worker);
  if (from == nullptr) {
    ++impl_->fenced;
    return;
  }
  impl_->finish(*from, sequence, attempt, std::move(result), now);
  impl_->workers.place(*from, now);
  impl_->match(now);
}

void pool::cancel_acknowledged(worker_id worker, uint64_t sequence,
                               uint32_t attempt, time_point now) {
  impl_->saw(now);
  auto* from = impl_->workers.find(worker);
  if (from == nullptr)
    return;
  auto place = impl_->held.find(*from, sequence, attempt);
  if (place == nowhere || !impl_->held.at(place).is_lost)
    return; // Nobody asked.
  impl_->stopped(impl_->let_go(place, now));
  impl_->workers.place(*from, now);
  impl_->match(now);
}

void pool::got_further(worker_id worker, uint64_t sequence, uint32_t attempt,
                       time_point now) {
  impl_->saw(now);
  auto* from = impl_->workers.find(worker);
  if (from == nullptr)
    return;
  auto place = impl_->held.find(*from, sequence, attempt);
  if (place == nowhere || place != from->first)
    return;
  impl_->start_lease(*from, now);
  impl_->workers.place(*from, now);
}

void pool::drain(time_point now) {
  impl_->saw(now);
  impl_->is_draining = true;
  impl_->next_look = time_point::max();
  for (auto& worker : impl_->workers.all())
    if (worker != nullptr)
      impl_->take_back_waiting(*worker, now);
}

bool pool::is_drained() const {
  auto& workers = impl_->workers.all();
  return impl_->is_draining
         && std::all_of(workers.begin(), workers.end(), [](auto& worker) {
              return worker == nullptr || worker->load == 0;
            });
}

void pool::tick(time_point now) {
  impl_->saw(now);
  impl_->tick(now);
}

void pool::observe_attempts() {
  impl_->is_observed = true;
}

std::vector<ended_attempt> pool::take_ended() {
  return std::exchange(impl_->ended, {});
}

std::vector<effect> pool::take_effects() {
  std::vector<effect> next;
  next.reserve(2); // A result, and the assignment that follows it.
  return std::exchange(impl_->effects, std::move(next));
}

std::vector<breaker_news> pool::take_breaker_news() {
  return std::exchange(impl_->news, {});
}

time_point pool::next_deadline() const {
  auto next = std::min(impl_->workers.deadlines().first_due(),
                       std::min(impl_->breakers.next_probe(impl_->latest),
                                impl_->next_look));
  return impl_->retries.empty() ? next
                                : std::min(next, impl_->retries.top().due);
}

pb::PoolReport pool::report() const {
  using seconds = std::chrono::duration<double>;
  pb::PoolReport report;
  report.set_queued(impl_->queued);
  report.set_retried(impl_->retried);
  report.set_retries_denied(impl_->retries_denied);
  report.set_breakers_opened(impl_->breakers_opened);
  for (auto& what : impl_->breakers.not_closed(impl_->latest))
    report.add_open_breakers(what);
  report.set_fenced(impl_->fenced);
  report.set_finished(impl_->finished);
  report.set_failed(impl_->failed);
  report.set_speculated(impl_->speculated);
  report.set_speculated_seconds(seconds(impl_->speculated_time).count());
  report.set_wasted_seconds(seconds(impl_->wasted_time).count());
  for (auto& worker : impl_->workers.all()) {
    if (worker == nullptr)
      continue;
    auto& status = *report.add_workers();
    status.set_worker(worker->hello.worker());
    status.set_node(worker->hello.node());
    status.set_running(worker->load);
    status.set_credits(worker->credits);
    status.set_breaker_open(worker->breaker.current(impl_->latest)
                            == resilience::circuit_breaker::phase::open);
    status.set_quarantined(worker->is_quarantined());
    status.set_finished(worker->finished);
    status.set_failed(worker->failed);
    auto busy = worker->busy;
    if (worker->load > 0)
      busy += impl_->latest - worker->busy_since;
    status.set_busy_seconds(seconds(busy).count());
    *status.mutable_specialties() = worker->hello.specialties();
    *status.mutable_metrics() = worker->metrics;
  }
  return report;
}

pb::PoolReport pool::take_tally(const std::string& task_id) {
  return impl_->tallies.take(task_id);
}

pb::SpecializedWorkerReport
pool::get_specialized_worker(const pb::Specialty& specialty) const {
  auto is_it = [&](auto& x) {
    return x.kind() == specialty.kind()
           && x.custom_name() == specialty.custom_name();
  };
  const worker_record* exact = nullptr;
  const worker_record* generalist = nullptr;
  auto is_better = [](const worker_record& a, const worker_record* b) {
    return b == nullptr || a.load < b->load;
  };
  for (auto& worker : impl_->workers.all()) {
    if (worker == nullptr || worker->is_quarantined())
      continue;
    auto& known = worker->hello.specialties();
    if (std::any_of(known.begin(), known.end(), is_it)
        && is_better(*worker, exact))
      exact = worker.get();
    if (worker->is_generalist && is_better(*worker, generalist))
      generalist = worker.get();
  }
  pb::SpecializedWorkerReport report;
  if (auto* chosen = exact != nullptr ? exact : generalist) {
    report.set_worker(chosen->hello.worker());
    report.set_exact(chosen == exact);
  }
  return report;
}

} // namespace cohort::runtime::scheduling
