#include "runtime/council/judges.hpp"
