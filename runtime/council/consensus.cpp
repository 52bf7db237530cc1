#include "runtime/council/consensus.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "runtime/council/verdict.hpp"
#include "runtime/decomposition/decompose.hpp"

namespace cohort::runtime::council {

namespace {

/// What is tried in one round; a judge that asks for more is not served.
constexpr size_t amendments_max = 128;

bool has_sense(const pb::Verdict& verdict, uint64_t review, uint32_t round) {
  auto probability = verdict.probability();
  return verdict.review() == review && verdict.round() == round
         && !verdict.judge().empty() && pb::Opinion_IsValid(verdict.opinion())
         && verdict.opinion() != pb::OPINION_UNSPECIFIED && probability >= 0
         && probability <= 1 && std::isfinite(verdict.weight())
         && verdict.weight() > 0;
}

using ballot = std::map<std::string, const pb::Verdict*>; // By judge.

ballot valid_verdicts(const std::vector<pb::Verdict>& verdicts, uint64_t review,
                      uint32_t round) {
  ballot result;
  std::set<std::string_view> answered; // A second answer counts for nothing.
  for (auto& verdict : verdicts)
    if (verdict.review() == review && verdict.round() == round
        && answered.insert(verdict.judge()).second
        && has_sense(verdict, review, round))
      result.emplace(verdict.judge(), &verdict);
  return result;
}

/// A judge's part of all the weight; they sum to 1, or are all 0.
std::map<std::string, double> shares_of(const ballot& votes) {
  std::map<std::string, double> result;
  double largest = 0; // Weights may be so large that their sum is not finite.
  for (auto& [judge, verdict] : votes)
    largest = std::max(largest, verdict->weight());
  double total = 0;
  for (auto& [judge, verdict] : votes)
    total += result[judge] = verdict->weight() / largest
                             * verdict->probability();
  for (auto& [judge, share] : result)
    share = total > 0 ? share / total : 0;
  return result;
}

const pb::Finding* veto_of(const pb::Verdict& verdict, double severity) {
  if (verdict.opinion() != pb::OPINION_REJECT)
    return nullptr;
  for (auto& finding : verdict.findings())
    if ((finding.kind() == pb::FINDING_KIND_CONFLICT
         || finding.kind() == pb::FINDING_KIND_REGRESSION)
        && finding.severity() >= severity)
      return &finding;
  return nullptr;
}

using amendment_key
  = std::tuple<int, std::string, std::string, int, std::string>;

amendment_key key_of(const pb::Amendment& x) {
  return {x.kind(), x.first(), x.second(), x.specialty().kind(),
          x.specialty().custom_name()};
}

/// Whether one subtask cannot suffer both: one goes away or is cut, or the two
/// disagree about order or specialty.
bool contradict(const pb::Amendment& x, const pb::Amendment& y) {
  if (key_of(x) == key_of(y))
    return false;
  auto touches = [](const pb::Amendment& z, const std::string& id) {
    return !id.empty() && (z.first() == id || z.second() == id);
  };
  auto overlap = touches(x, y.first()) || touches(x, y.second());
  if (!overlap)
    return false;
  auto is = [&](pb::AmendmentKind kind) {
    return x.kind() == kind || y.kind() == kind;
  };
  if (x.kind() == y.kind())
    switch (x.kind()) {
      case pb::AMENDMENT_KIND_ORDER:
        return x.first() == y.second() && x.second() == y.first();
      case pb::AMENDMENT_KIND_REASSIGN:
        return true;
      default:
        return false;
    }
  return is(pb::AMENDMENT_KIND_DROP)
         || (is(pb::AMENDMENT_KIND_MERGE) && is(pb::AMENDMENT_KIND_SPLIT))
         || (is(pb::AMENDMENT_KIND_MERGE) && is(pb::AMENDMENT_KIND_ORDER)
             && touches(x, y.first()) && touches(x, y.second()));
}

struct motion {
  pb::Amendment amendment;
  double backing = 0;
};

bool opposes(const pb::Verdict& verdict, const pb::Amendment& amendment) {
  if (verdict.opinion() == pb::OPINION_REJECT)
    return true;
  return verdict.opinion() == pb::OPINION_AMEND
         && std::any_of(verdict.amendments().begin(),
                        verdict.amendments().end(),
                        [&](auto& x) { return contradict(x, amendment); });
}

/// Those that a majority backs or does not oppose, the best backed first.
std::vector<motion> motions_of(const ballot& votes,
                               const std::map<std::string, double>& shares) {
  std::map<amendment_key, motion> found;
  for (auto& [judge, verdict] : votes) {
    if (verdict->opinion() != pb::OPINION_AMEND)
      continue;
    std::set<amendment_key> mine;
    for (auto& amendment : verdict->amendments()) {
      if (mine.size() >= amendments_max)
        break;
      if (!mine.insert(key_of(amendment)).second)
        continue;
      auto& motion = found[key_of(amendment)];
      motion.amendment = amendment;
      motion.backing += shares.at(judge);
    }
  }
  std::vector<motion> result;
  for (auto& [key, motion] : found) {
    double not_opposed = 0;
    for (auto& [judge, verdict] : votes)
      if (!opposes(*verdict, motion.amendment))
        not_opposed += shares.at(judge);
    if (not_opposed > 0.5)
      result.push_back(std::move(motion));
  }
  std::stable_sort(result.begin(), result.end(),
                   [](auto& x, auto& y) { return x.backing > y.backing; });
  if (result.size() > amendments_max)
    result.resize(amendments_max);
  return result;
}

/// Subtasks that were merged into others, by id.
class merged_ids {
public:
  void add(const std::string& from, const std::string& to) {
    into_[from] = to;
  }

  [[nodiscard]] std::string resolve(std::string id) const {
    // Nothing is merged into what is gone, so this ends.
    for (auto found = into_.find(id); found != into_.end();
         found = into_.find(id))
      id = found->second;
    return id;
  }

private:
  std::map<std::string, std::string> into_;
};

bool is_same(const pb::Decomposition& x, const pb::Decomposition& y) {
  return x.SerializeAsString() == y.SerializeAsString();
}

struct amended_plan {
  pb::Decomposition plan;
  size_t applied = 0;
};

amended_plan apply(const std::vector<motion>& motions,
                   const pb::ReviewRequest& request,
                   const decomposition::decomposition_settings& limits) {
  amended_plan result{request.decomposition()};
  merged_ids merged;
  for (auto& motion : motions) {
    auto amendment = motion.amendment;
    amendment.set_first(merged.resolve(amendment.first()));
    amendment.set_second(merged.resolve(amendment.second()));
    auto plan = amend(result.plan, amendment, request.evidence());
    if (is_same(plan, result.plan)
        || !decomposition::check_invariants(plan, request.evidence(),
                                            request.scope(), limits)
              .empty())
      continue;
    if (amendment.kind() == pb::AMENDMENT_KIND_MERGE)
      merged.add(amendment.second(), amendment.first());
    result.plan = std::move(plan);
    ++result.applied;
  }
  return result;
}

/// The gravest finding of those that do not approve.
std::string main_objection(const ballot& votes) {
  const pb::Finding* gravest = nullptr;
  std::string judge;
  for (auto& [name, verdict] : votes) {
    if (verdict->opinion() == pb::OPINION_APPROVE)
      continue;
    if (judge.empty())
      judge = name;
    for (auto& finding : verdict->findings())
      if (gravest == nullptr || finding.severity() > gravest->severity()) {
        gravest = &finding;
        judge = name;
      }
  }
  if (gravest != nullptr)
    return "; " + judge + ": " + gravest->text();
  return judge.empty() ? "" : "; " + judge + " does not approve";
}

std::string of_seats(size_t count, size_t seats) {
  return std::to_string(count) + " of " + std::to_string(seats) + " judges";
}

ruling by_vote(const pb::ReviewRequest& request, const ballot& votes,
               const std::map<std::string, double>& shares, size_t seats,
               double supermajority) {
  double approving = 0;
  size_t count = 0;
  for (auto& [judge, verdict] : votes)
    if (verdict->opinion() == pb::OPINION_APPROVE) {
      approving += shares.at(judge);
      ++count;
    }
  // Shares are rounded; a vote of exactly the supermajority holds it.
  constexpr double rounding = 1e-9;
  auto text = of_seats(count, seats) + " approve, with " + percent(approving)
              + " of the weight";
  if (approving > 0 && approving >= supermajority - rounding)
    return {decision::approved, request.decomposition(), text};
  return {decision::rejected, request.decomposition(),
          text + "; " + percent(supermajority) + " are needed"
            + main_objection(votes)};
}

} // namespace

ruling decide(const pb::ReviewRequest& request,
              const std::vector<pb::Verdict>& verdicts, size_t seats,
              uint64_t review, uint32_t round, const council_settings& settings,
              const decomposition::decomposition_settings& limits) {
  auto& plan = request.decomposition();
  auto broken = decomposition::check_invariants(plan, request.evidence(),
                                                request.scope(), limits);
  if (!broken.empty())
    return {decision::rejected, plan,
            "broken invariant: " + broken.front().text()};
  auto votes = valid_verdicts(verdicts, review, round);
  auto answered = static_cast<double>(votes.size());
  if (votes.empty() || seats == 0
      || (votes.size() < seats
          && answered <= settings.quorum * static_cast<double>(seats)))
    return {decision::no_quorum, plan,
            "only " + of_seats(votes.size(), seats)
              + " answered with sense; more than " + percent(settings.quorum)
              + " are needed"};
  for (auto& [judge, verdict] : votes)
    if (auto* finding = veto_of(*verdict, settings.veto_severity))
      return {decision::rejected, plan,
              "veto of " + judge + ": " + finding->text()};
  auto shares = shares_of(votes);
  if (round < settings.max_review_rounds) {
    auto amended = apply(motions_of(votes, shares), request, limits);
    if (amended.applied > 0)
      return {decision::amended, std::move(amended.plan),
              std::to_string(amended.applied) + " amendments applied"};
  }
  return by_vote(request, votes, shares, seats, settings.supermajority);
}

} // namespace cohort::runtime::council
