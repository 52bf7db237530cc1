#include "actors/judge.hpp"

namespace cohort::actors {

judge_actor::behavior_type judge(judge_actor::pointer self,
                                 runtime::council::judge_function decide) {
  return {
    [=](const pb::JudgeRequest& request) {
      reply_to(self, self->current_sender(), decide(request));
    },
  };
}

} // namespace cohort::actors
