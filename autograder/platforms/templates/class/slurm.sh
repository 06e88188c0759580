#!/usr/bin/env bash
# Grades a class as an array of Slurm jobs, then:  autograder merge marks/shard-* --out marks/all
#
#   export AUTOGRADER_SEED=...        a large number that nobody else knows, the same for all jobs
#   sbatch slurm.sh handed-in/
#SBATCH --job-name=autograder
#SBATCH --array=1-8
#SBATCH --cpus-per-task=2
#SBATCH --mem=8G
#SBATCH --time=03:00:00
set -euo pipefail
: "${AUTOGRADER_SEED:?Set it to a large secret number, the same for all jobs.}"
export OMP_NUM_THREADS=1
autograder grade "$1" --out "marks/shard-$SLURM_ARRAY_TASK_ID" --jobs "$SLURM_CPUS_PER_TASK" \
    --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
