#include "runtime/scheduling/fleet.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace cohort::runtime::scheduling {

namespace {

/// How many free workers are looked at for one whose slot holds the tree, or
/// that is on another node.
constexpr int looked_at_max = 64;

bool lists(const worker_record& worker, uint32_t specialty) {
  auto& known = worker.specialties;
  return std::find(known.begin(), known.end(), specialty) != known.end();
}

} // namespace

worker_record::worker_record(worker_id number, const pb::WorkerHello& greeting,
                             uint32_t its_node,
                             const resilience::breaker_settings& settings)
  : id{number},
    hello{greeting},
    node{its_node},
    credits{std::max(1U, greeting.credits())},
    breaker{settings} {
  // nop
}

fleet::fleet(const resilience::breaker_settings& settings,
             breaker_board& breakers, specialty_table& specialties,
             const held_table& held)
  : settings_{settings},
    breakers_{breakers},
    specialties_{specialties},
    held_{held} {
  groups_.resize(specialties_.end());
}

worker_record* fleet::add(worker_id id, const pb::WorkerHello& hello) {
  if (find(id) != nullptr)
    return nullptr;
  auto added = std::make_unique<worker_record>(
    id, hello, breakers_.number_of(hello.node()), settings_);
  auto& worker = *added;
  for (auto& specialty : hello.specialties()) {
    if (specialty.kind() == pb::SPECIALTY_KIND_UNSPECIFIED
        || !pb::SpecialtyKind_IsValid(specialty.kind()))
      continue; // No unit can ask for it.
    auto number = specialties_.use(specialty);
    if (lists(worker, number))
      specialties_.leave(number);
    else
      worker.specialties.push_back(number);
    worker.is_generalist |= number == specialty_table::generalist;
  }
  groups_.resize(std::max<size_t>(groups_.size(), specialties_.end()));
  count_usable(worker, 1);
  auto is_last = ids_.empty() || ids_.back() < id;
  worker.slot = static_cast<uint32_t>(ids_.size());
  workers_.push_back(std::move(added));
  ids_.push_back(id);
  if (!is_last)
    renumber();
  return &worker;
}

void fleet::remove(worker_record& worker) {
  leave_free(worker);
  deadlines_.set(worker, time_point::max());
  if (!worker.is_given_up)
    count_usable(worker, -1);
  for (auto specialty : worker.specialties)
    specialties_.leave(specialty);
  workers_[worker.slot].reset();
  if (++gone_ > 64 && gone_ * 2 > workers_.size())
    renumber();
}

worker_record* fleet::find(worker_id id) const {
  auto found = std::lower_bound(ids_.begin(), ids_.end(), id);
  // An id may come again after its worker has left.
  for (; found != ids_.end() && *found == id; ++found)
    if (auto& worker = workers_[static_cast<size_t>(found - ids_.begin())])
      return worker.get();
  return nullptr;
}

/// Gives slots anew, so that they ascend with the ids and none is unused.
void fleet::renumber() {
  std::erase_if(workers_, [](auto& x) { return x == nullptr; });
  std::sort(workers_.begin(), workers_.end(),
            [](auto& a, auto& b) { return a->id < b->id; });
  gone_ = 0;
  ids_.clear();
  for (auto& specialty : groups_) {
    for (auto& set : specialty.free)
      set.clear();
    specialty.occupied = 0;
  }
  for (auto& worker : workers_) {
    worker->slot = static_cast<uint32_t>(ids_.size());
    ids_.push_back(worker->id);
    if (worker->free_bucket == nowhere)
      continue;
    --free_;
    enter_free(*worker, std::exchange(worker->free_bucket, nowhere));
  }
}

void fleet::leave_free(worker_record& worker) {
  if (worker.free_bucket == nowhere)
    return;
  for (auto specialty : worker.specialties) {
    auto& own = groups_[specialty];
    own.free[worker.free_bucket].erase(worker.slot);
    if (!own.free[worker.free_bucket].next(0))
      own.occupied &= ~(uint64_t{1} << worker.free_bucket);
  }
  worker.free_bucket = nowhere;
  --free_;
}

void fleet::enter_free(worker_record& worker, uint32_t bucket) {
  for (auto specialty : worker.specialties) {
    groups_[specialty].free[bucket].insert(worker.slot);
    groups_[specialty].occupied |= uint64_t{1} << bucket;
  }
  worker.free_bucket = bucket;
  ++free_;
}

void fleet::count_usable(const worker_record& worker, int change) {
  auto by = static_cast<uint32_t>(change); // Wraps around for -1, as it should.
  if (worker.is_generalist) {
    generalists_ += by;
    return;
  }
  for (auto specialty : worker.specialties)
    groups_[specialty].only_this += by;
}

void fleet::place(worker_record& worker, time_point now) {
  auto is_free = worker.load < worker.credits && !worker.is_quarantined()
                 && worker.breaker.allows(now);
  auto bucket = is_free ? std::min(worker.load, buckets - 1) : nowhere;
  if (bucket != worker.free_bucket) {
    leave_free(worker);
    if (is_free)
      enter_free(worker, bucket);
  }
  auto due = std::min(worker.lease_end, held_.first_give_up(worker));
  using phase = resilience::circuit_breaker::phase;
  if (!worker.is_given_up && worker.breaker.current(now) == phase::open)
    due = std::min(due, worker.breaker.retry_at());
  deadlines_.set(worker, due);
}

void fleet::give_up(worker_record& worker) {
  if (std::exchange(worker.is_given_up, true))
    return;
  leave_free(worker);
  count_usable(worker, -1);
}

fleet::candidate fleet::first_free(uint32_t specialty, const unit_record& unit,
                                   const worker_record* avoided,
                                   time_point now) const {
  candidate first;
  if (specialty >= groups_.size())
    return first; // No worker ever had it.
  for (auto left = groups_[specialty].occupied; left != 0 && !first.worker;
       left &= left - 1) {
    auto bucket = static_cast<uint32_t>(std::countr_zero(left));
    auto& free = groups_[specialty].free[bucket];
    int looked_at = 0;
    for (auto slot = free.next(0); slot; slot = free.next(*slot + 1)) {
      auto* worker = workers_[*slot].get();
      if (worker == avoided || !may_do(*worker, unit, now))
        continue;
      if (unit.home == 0 || worker->home == unit.home)
        return {worker, bucket};
      if (!first.worker)
        first = {worker, bucket};
      if (++looked_at == looked_at_max)
        break;
    }
  }
  return first;
}

uint32_t fleet::usable_for(const unit_record& unit) const {
  auto is_known = unit.specialty < groups_.size();
  return generalists_ + (is_known ? groups_[unit.specialty].only_this : 0);
}

bool fleet::may_do(const worker_record& worker, const unit_record& unit,
                   time_point now) const {
  return breakers_.is_calm() || breakers_.allows(worker.node, unit.kind, now);
}

fleet::choice fleet::choose(const unit_record& unit, time_point now) const {
  auto* avoided = unit.avoids_worker ? find(unit.avoided) : nullptr;
  auto exact = first_free(unit.specialty, unit, avoided, now);
  auto other = first_free(specialty_table::generalist, unit, avoided, now);
  if (exact.worker && exact.bucket <= other.bucket)
    return {exact.worker, true};
  if (other.worker)
    return {other.worker, false};
  if (!avoided || avoided->free_bucket == nowhere || usable_for(unit) > 1
      || !may_do(*avoided, unit, now))
    return {};
  auto is_exact = lists(*avoided, unit.specialty);
  return is_exact || avoided->is_generalist ? choice{avoided, is_exact}
                                            : choice{};
}

worker_record* fleet::choose_second(const unit_record& unit,
                                    const worker_record& first,
                                    time_point now) const {
  worker_record* neighbour = nullptr;
  for (auto specialty : {unit.specialty, specialty_table::generalist}) {
    if (specialty >= groups_.size())
      continue; // No worker ever had it.
    auto& idle = groups_[specialty].free[0];
    int looked_at = 0;
    for (auto slot = idle.next(0); slot && looked_at < looked_at_max;
         slot = idle.next(*slot + 1), ++looked_at) {
      auto* worker = workers_[*slot].get();
      if ((unit.avoids_worker && worker->id == unit.avoided)
          || !may_do(*worker, unit, now))
        continue;
      if (worker->hello.node() != first.hello.node())
        return worker;
      if (neighbour == nullptr)
        neighbour = worker;
    }
  }
  return neighbour;
}

} // namespace cohort::runtime::scheduling
