#include "runtime/workspace/edits.hpp"
